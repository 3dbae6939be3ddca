import type { Directory } from "../engine/ports/directory.ts";
import type {
  InputChecks,
  NameCheck,
  NameChecks,
  NameWarning,
} from "../engine/ports/name-checks.ts";
import { isChannelName, isPersonId, readMention } from "./channels.ts";
import type { Slack } from "./slack.ts";

/** Checks in the workspace the channels, people and groups that definitions name. */
export function createSlackNameChecks(slack: Slack): NameChecks {
  const channel = channelCheck(slack);
  const approver = approverCheck(slack.directory);
  // Rights may be given to the members of channels, too.
  const permission: NameCheck = (name) => (isChannelName(name) ? channel(name) : approver(name));
  return { channel, approver, permission };
}

/** Checks the channels and people that people and programs give as values. The bot need not be in the channel. */
export function createSlackInputChecks({ channels, directory }: Slack): InputChecks {
  return {
    channel: async (name) => {
      const target = readMention(name);
      if (isPersonId(target)) return checkPerson(target, directory);
      if (/^D[A-Z0-9]{4,}$/.test(target)) return null;
      const id = await channels.find(name);
      const facts = id === null ? null : await channels.facts(id);
      if (facts === null) {
        return {
          message: `the bot sees no channel "${short(name)}"`,
          fix: "Type # and choose the channel from Slack's list. If it is private, invite the bot there first: type /invite and its name in the channel.",
        };
      }
      if (!facts.isArchived) return null;
      return { message: `"${short(name)}" is archived`, fix: "Give a channel that is open." };
    },
    user: async (name) => {
      const person = await directory.person(readMention(name), "recent");
      if (person !== null) return null;
      return {
        message: `there is no person "${short(name)}" in this workspace`,
        fix: "Type @ and choose the person from Slack's list, or copy the member id from their profile.",
      };
    },
  };
}

function channelCheck({ channels, directory }: Slack): NameCheck {
  return async (name) => {
    const target = readMention(name);
    if (isPersonId(target)) return checkPerson(target, directory);
    // To ask about a direct conversation needs a scope of its own.
    if (/^D[A-Z0-9]{4,}$/.test(target)) return null;
    const id = await channels.find(name);
    const facts = id === null ? null : await channels.facts(id);
    if (facts === null) return noChannel(name);
    return facts.isMember ? null : notIn(name);
  };
}

function noChannel(name: string): NameWarning {
  return {
    message: `the bot is in no channel "${short(name)}"`,
    fix: "Check the name, and invite the bot there: type /invite and its name in the channel.",
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
      fix: "Add people to the group in Slack: until then no one can decide.",
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
