import type { WebClient } from "@slack/web-api";
import type { Logger } from "pino";
import type { Caller } from "../../engine/api/access.ts";
import type { PointedMessage } from "../../engine/ports/conversations.ts";
import type { BotContext } from "../context.ts";
import { READING, showBusyStatus } from "../drafts/busy-status.ts";
import type { Reply } from "../reply.ts";
import { readFiles } from "./attached-files.ts";
import type { Place, Underway } from "./unanswered.ts";
import type { WrittenMessage } from "./written-message.ts";

/** Everything that answering one message takes. */
export interface Turn {
  readonly message: WrittenMessage;
  readonly caller: Caller;
  readonly client: WebClient;
  readonly logger: Logger;
  /** Answers the person; in a channel, them alone. */
  readonly reply: Reply;
  /** Adds a remark. Unlike an answer it does not mean that what the message asks for is stored. */
  readonly remark: Reply;
  /** What the message says, without what addresses the bot, in Slack's form. */
  readonly said: string;
  /** Lets the event be acknowledged before what takes longer than Slack waits. */
  readonly accept: () => void;
  readonly underway: Underway;
  /** Finds the run that the thread of the message is about; `null`: none. Looked up once. */
  readonly threadRun: () => Promise<string | null>;
  /** Reads the message that begins the thread of the message; `null`: there is none, a bot wrote it, or it is in direct messages. */
  readonly threadMessage: () => Promise<PointedMessage | null>;
  /** Takes what is done while the event is acknowledged: the message counts as answered after it. */
  readonly meanwhile: (work: Promise<void>) => void;
}

/** Finds out what a message wants, and does it. */
export type Handle = (turn: Turn, context: BotContext) => Promise<IsDone>;

/** Did the message get what it asks for? Otherwise its author may mend it by an edit. */
export type IsDone = boolean;

/** Has a model read a message, and shows meanwhile that it does. The event is acknowledged before: a model may take longer than Slack waits. */
export async function classify<Name extends string>(
  { message, client, logger, accept }: Turn,
  text: string,
  intents: Readonly<Record<Name, string>>,
  { engine, clock }: BotContext,
): Promise<{ readonly intent: Name | null; readonly unread?: string }> {
  if (text.trim() === "") return { intent: null };
  accept();
  const { channel, ts, threadTs } = message;
  const thread = { channel, threadTs: threadTs ?? ts };
  const endStatus = await showBusyStatus(client, thread, clock, logger, READING);
  try {
    const request = { key: keyOf(message), by: message.user, text, intents };
    const { intent: found, ...rest } = await engine.conversation.classify(request);
    const isName = (name: string): name is Name => Object.hasOwn(intents, name);
    return { ...rest, intent: found !== null && isName(found) ? found : null };
  } finally {
    await endStatus?.();
  }
}

/** What a command is answered for: the same in every delivery of the message. */
export function fromOf({ message, caller, threadRun, threadMessage }: Turn) {
  const { channel, ts, threadTs } = message;
  const deliveryId = `message:${channel}:${ts}`;
  return { caller, channel, threadTs: threadTs ?? ts, deliveryId, threadRun, threadMessage };
}

/** The text with that of the files; which were not read is said at once. */
export async function withFiles(
  { message: { files }, remark }: Turn,
  text: string,
  context: BotContext,
): Promise<string> {
  if (files.length === 0) return text;
  const attached = await readFiles(files, context.files);
  if (attached.unread !== null) await remark(attached.unread);
  return [text, attached.text].filter((part) => part !== "").join("\n\n");
}

/** What a message is known by: equal in every delivery of it, and after an edit. */
export function keyOf({ channel, ts }: WrittenMessage): string {
  return `${channel}:${ts}`;
}

/** Its lines say of which message they are. */
export function loggerOf({ channel, user, eventId }: Place, { logger }: BotContext): Logger {
  return logger.child({ channel, user, event: eventId });
}
