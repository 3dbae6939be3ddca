import { toText } from "../json.ts";
import type { Directory } from "./directory.ts";
import type { Channel, Message } from "./records.ts";
import type { Workspace } from "./workspace.ts";

/** Whom the mentions in a message notified, and whom they did not; ids of people. */
export interface Notices {
  readonly notified: readonly string[];
  readonly not_notified: readonly string[];
}

const PERSON = /<@(U[A-Z0-9]+|W[A-Z0-9]+)(?:\|[^>]*)?>|"user_id":"([UW][A-Z0-9]+)"/g;
const GROUP = /<!subteam\^(S[A-Z0-9]+)(?:\|[^>]*)?>|"usergroup_id":"(S[A-Z0-9]+)"/g;

/** Notes whom a new message notifies by mentioning them; nothing for one without mentions. An edit notifies no one. */
export function noteMentions(
  { state }: Workspace,
  channel: Channel,
  message: Message,
): Notices | undefined {
  const mentioned = mentionedIn(message, state.directory);
  if (mentioned.length === 0) return undefined;
  const hears = (user: string): boolean => isNotified(state.directory, channel, user);
  const notices = {
    notified: mentioned.filter(hears),
    not_notified: mentioned.filter((user) => !hears(user)),
  };
  state.messages.saveNotices(channel.id, message.ts, notices);
  return notices;
}

/** A mention does not reach people outside a private channel, nor guests and strangers outside any channel. */
function isNotified(directory: Directory, channel: Channel, id: string): boolean {
  if (channel.members.includes(id)) return true;
  const user = directory.user(id);
  const isOutsider = user?.isGuest === true || user?.isStranger === true;
  return !channel.isIm && channel.isPrivate !== true && !isOutsider && user?.isDeleted !== true;
}

/** People named in text or blocks, themselves or by their group, each once; neither the author nor bots. */
function mentionedIn(message: Message, directory: Directory): readonly string[] {
  const words = `${message.text}${JSON.stringify(message.blocks ?? [])}${JSON.stringify(message.attachments ?? [])}`;
  const people = idsIn(words, PERSON);
  const groups = idsIn(words, GROUP).flatMap((id) => directory.usergroup(id)?.users ?? []);
  return [...new Set([...people, ...groups])].filter((id) => {
    const user = directory.user(id);
    return user !== undefined && !user.isBot && id !== message.user;
  });
}

function idsIn(words: string, pattern: RegExp): readonly string[] {
  return [...words.matchAll(pattern)].map(([, first, second]) => toText(first ?? second) ?? "");
}
