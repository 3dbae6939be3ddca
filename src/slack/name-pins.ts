import type { NamePin, NamePins } from "../engine/ports/name-checks.ts";
import { isChannelName, isPersonId, readMention } from "./channels.ts";
import { groupIdOf } from "./groups.ts";
import type { Slack } from "./slack.ts";

/**
 * Pins the names of channels and user groups to their ids, so that a renamed one is still meant and another that gets the name is
 * not. A channel keeps its name beside its id, for people.
 */
export function createSlackNamePins({
  channels,
  groups,
}: Pick<Slack, "channels" | "groups">): NamePins {
  const channel: NamePin = async (name) => {
    const target = readMention(name);
    if (isPersonId(target)) return null;
    const id = await channels.find(target);
    return id === null || id === target ? null : `<#${id}|${target.replace(/^#/, "")}>`;
  };
  const approver: NamePin = async (name) => {
    const target = readMention(name);
    // A mention holds an id; an id needs no list.
    if (isPersonId(target) || groupIdOf(name, new Map()) !== null) return null;
    return groupIdOf(target, await groups.ids());
  };
  const permission: NamePin = (name) => (isChannelName(name) ? channel(name) : approver(name));
  return { channel, approver, permission };
}
