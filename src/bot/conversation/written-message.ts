import { z } from "zod";
import { filesOf, type MessageFile } from "../../slack/files.ts";

/** A message that a person wrote to the bot, or in which the bot is mentioned. */
export interface WrittenMessage {
  /** Equal in every delivery of one event. */
  readonly eventId: string;
  readonly user: string;
  readonly channel: string;
  readonly ts: string;
  /** The thread that it was written in; `null`: none. */
  readonly threadTs: string | null;
  /** In Slack's form. */
  readonly text: string;
  readonly files: readonly MessageFile[];
  /** Is it in the bot's direct messages? Otherwise the bot is mentioned in a channel. */
  readonly isDirect: boolean;
}

/** Subtypes of messages that a person wrote; edits, joins and the like are not among them. */
const BY_PERSON: readonly (string | undefined)[] = [undefined, "file_share", "thread_broadcast"];

const Event = z.object({
  subtype: z.string().optional(),
  bot_id: z.string().nullish(),
  user: z.string(),
  channel: z.string(),
  ts: z.string(),
  thread_ts: z.string().optional(),
  text: z.string().nullish(),
  files: z.unknown().optional(),
});

/** Reads an event or a message of one; `null`: no person wrote it. */
export function toWritten(
  event: unknown,
  eventId: string,
  isDirect: boolean,
): WrittenMessage | null {
  const { data } = Event.safeParse(event);
  if (data === undefined || !BY_PERSON.includes(data.subtype)) return null;
  const { bot_id: botId, user, channel, ts, thread_ts: threadTs = null, text, files } = data;
  if (typeof botId === "string") return null;
  return {
    ...{ eventId, user, channel, ts, isDirect },
    // A message that was answered is in its own thread, but its author sees it in the channel.
    threadTs: threadTs === ts ? null : threadTs,
    text: text ?? "",
    files: filesOf(files),
  };
}
