import type { Directory } from "../engine/ports/directory.ts";
import type { NameCheck, NameChecks, NameWarning } from "../engine/ports/name-checks.ts";
import { isPersonId, readMention } from "./channels.ts";
import { toSlackFailure } from "./errors.ts";
import type { Slack } from "./slack.ts";

/** Checks in the workspace the channels, people and groups that definitions name. */
export function createSlackNameChecks(slack: Slack): NameChecks {
  const channel = channelCheck(slack);
  const approver = approverCheck(slack.directory);
  // Rights may be given to the members of channels, too.
  const permission: NameCheck = (name) => (isChannel(name) ? channel(name) : approver(name));
  return { channel, approver, permission };
}

function channelCheck({ lookup: client, channels, directory }: Slack): NameCheck {
  return async (name) => {
    const target = readMention(name);
    if (isPersonId(target)) return checkPerson(target, directory);
    const id = await channels.find(name);
    if (id === null) return noChannel(name);
    try {
      const { channel } = await client.conversations.info({ channel: id });
      return channel?.is_member === false ? notIn(name) : null;
    } catch (error) {
      const failure = toSlackFailure(error);
      if (failure.kind === "refused" && failure.code === "channel_not_found")
        return noChannel(name);
      throw error;
    }
  };
}

function isChannel(name: string): boolean {
  return /^(?:#|[CG][A-Z0-9]+$)/.test(name.startsWith("<#") ? "#" : name);
}

function noChannel(name: string): NameWarning {
  return {
    message: `the bot sees no channel "${short(name)}"`,
    fix: "Check the name. If the channel is private, invite the bot there.",
  };
}

function notIn(name: string): NameWarning {
  return {
    message: `the bot is not in "${short(name)}"`,
    fix: "Type /invite and the bot's name in the channel: until then it cannot post or read there.",
  };
}

function approverCheck(directory: Directory): NameCheck {
  return async (name) => {
    const target = readMention(name);
    if (isPersonId(target)) return checkPerson(target, directory, true);
    const members = await directory.groupMembers(name);
    if (members === null) {
      return {
        message: `there is no user group "${short(name)}"`,
        fix: "Name people by their ids (U…) and user groups by their handles (@finance).",
      };
    }
    if (members.length > 0) return null;
    return {
      message: `the user group "${short(name)}" has no members`,
      fix: "Add people to the group: until then nobody can decide.",
    };
  };
}

async function checkPerson(
  id: string,
  directory: Directory,
  mustDecide = false,
): Promise<NameWarning | null> {
  const person = await directory.person(id);
  if (person === null) {
    return {
      message: `there is no person "${short(id)}" in this workspace`,
      fix: "Copy the member id from the person's profile in Slack.",
    };
  }
  if (!mustDecide || !(person.isGuest || person.isStranger || person.isBot)) return null;
  return {
    message: `${person.name} is a guest, a bot or from another organization, and cannot decide`,
    fix: "Name a member of the workspace.",
  };
}

function short(name: string): string {
  return name.slice(0, 80);
}
