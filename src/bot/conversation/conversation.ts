import type { Logger } from "pino";
import type { PointedMessage } from "../../engine/ports/conversations.ts";
import type { DraftRecord } from "../../engine/ports/workflows.ts";
import { LruMap } from "../../shared/lru-map.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import type { Sender } from "../../slack/outgoing/sender.ts";
import { isCommand } from "../commands/index.ts";
import type { BotContext } from "../context.ts";
import { createDraftWriter } from "../drafts/draft-writer.ts";
import { readPlain } from "../drafts/parse-build-request.ts";
import { createOpenReply, createQuietReply, guard, type Reply } from "../reply.ts";
import { mentions, readAddressed } from "./addressed.ts";
import type { Connection } from "./connection.ts";
import { begin, writeRound } from "./draft-rounds.ts";
import { askToTryAgain, findNext } from "./resume.ts";
import { findThreadRun, readThreadMessage } from "./thread-run.ts";
import { type Handle, type IsDone, keyOf, loggerOf, type Turn } from "./turn.ts";
import type { Place, Underway } from "./unanswered.ts";
import { understand } from "./understand.ts";
import type { WrittenMessage } from "./written-message.ts";

/** Messages of which is remembered whether they got what they asked for. */
const REMEMBERED = 5000;

/** A message that was changed after it was written. */
export interface Edit {
  readonly message: WrittenMessage;
  /** What it said before, in Slack's form. */
  readonly before: string;
}

/** What people write to the bot, in direct messages and by mentioning it. Only `resume` rejects. */
export interface Conversation {
  /**
   * Takes a message for one of the events that report it.
   *
   * @returns whether it is this event's: a mention comes as `message` and as `app_mention`, perhaps to two processes.
   */
  claim(message: WrittenMessage): Promise<boolean>;
  /**
   * Answers a message. Resolves when what it starts is stored and the answer is on its way: if its event were acknowledged later,
   * Slack might send it again to another process, which would answer as well.
   */
  receive(message: WrittenMessage, connection: Connection): Promise<void>;
  /** Answers anew if the message was not understood as it was first; else says what an edit changes. */
  edited(edit: Edit, connection: Connection): Promise<void>;
  /** Has the round of a draft written for which a person said by a button what a message of theirs is about. */
  change(message: WrittenMessage, draft: DraftRecord, connection: Connection): Promise<void>;
  /** Has a workflow written of a message of which its author said by a button that it describes one. */
  build(message: WrittenMessage, connection: Connection): Promise<void>;
  /**
   * Continues with a message of which the process died that was answering it.
   *
   * @throws {AppError} `slack_unavailable`, `store_unavailable`: it can be tried again.
   */
  resume(underway: Underway, connection: Connection): Promise<void>;
}

export function createConversation(context: BotContext): Conversation {
  const done = new LruMap<string, boolean>(REMEMBERED);
  const underWay = new Map<string, Promise<void>>();

  const take = async (
    message: WrittenMessage,
    connection: Connection,
    underway: Underway,
    handle: Handle = understand,
  ): Promise<void> => {
    const key = keyOf(message);
    const accepted = Promise.withResolvers<void>();
    const from = { message, connection, underway, accept: accepted.resolve };
    const work = answer(from, handle, context)
      .then((isDone) => {
        done.set(key, isDone);
      })
      .finally(() => {
        if (underWay.get(key) === work) underWay.delete(key);
      });
    underWay.set(key, work);
    await Promise.race([accepted.promise, work]);
  };

  const receive = async (message: WrittenMessage, connection: Connection): Promise<void> => {
    const underway = await context.unanswered.begin(message);
    if (underway !== null) await take(message, connection, underway);
  };

  return {
    claim: (message) => claim(`message:${keyOf(message)}`, message, context),
    receive,
    edited: async ({ message, before }, connection) => {
      if (!(await claim(`edit:${message.eventId}`, message, context))) return;
      // An answer may be read, and the message edited, before the bot knows that the answer was sent.
      await underWay.get(keyOf(message));
      const known = done.get(keyOf(message));
      const logger = loggerOf(message, context);
      const reply = replyTo(message, context.sender, logger);
      await guard(reply, logger, async () => {
        const note =
          known === false ? null : await whatStands(message, before, connection, context);
        if (note !== null) return reply(note);
        if (known !== true) await receive(message, connection);
      });
    },
    change: async (message, draft, connection) => {
      const underway = await context.unanswered.begin(message);
      if (underway !== null) await take(message, connection, underway, writeRound(draft, true));
    },
    build: async (message, connection) => {
      const underway = await context.unanswered.begin(message);
      const handle: Handle = (turn) => begin(turn, readPlain(turn.said), context);
      if (underway !== null) await take(message, connection, underway, handle);
    },
    resume: async (underway, connection) => {
      const next = await resume(underway, connection, context);
      if (next === null) return underway.end();
      return take(next.message, connection, underway, next.handle);
    },
  };
}

/** A message that is to be answered. */
interface Given extends Pick<Turn, "message" | "underway" | "accept"> {
  readonly connection: Connection;
}

/** Answers a message. Never rejects. */
async function answer(
  { message, connection, underway, accept }: Given,
  handle: Handle,
  context: BotContext,
): Promise<IsDone> {
  const { client } = connection;
  const logger = loggerOf(message, context);
  const send = replyTo(message, context.sender, logger);
  const reply: Reply = async (content) => {
    accept();
    if (message.isDirect) await underway.sending();
    return send(content);
  };
  const works: Promise<void>[] = [];
  const meanwhile = (work: Promise<void>): void => void works.push(work);
  let isDone = false;
  await guard(reply, logger, async () => {
    const caller = await context.permissions.caller(message.user);
    const said = await readSaid(message.text, connection, context);
    let run: Promise<string | null> | undefined;
    const threadRun = (): Promise<string | null> => {
      run ??= findThreadRun(message, connection, context);
      return run;
    };
    const threadMessage = async (): Promise<PointedMessage | null> =>
      message.isDirect ? null : readThreadMessage(message, connection, context);
    const about = { message, caller, client, logger, said, underway, threadRun, threadMessage };
    isDone = await handle({ ...about, reply, remark: send, accept, meanwhile }, context);
  });
  void Promise.allSettled(works).then(() => underway.end());
  return isDone;
}

/** What is left to do for a message that an earlier process did not answer; `null`: nothing more. @throws {AppError} as `Conversation.resume`. */
async function resume(
  { note, isLast }: Underway,
  connection: Connection,
  context: BotContext,
): Promise<{ readonly message: WrittenMessage; readonly handle: Handle } | null> {
  const logger = loggerOf(note, context);
  if (isLast) {
    await replyTo(note, context.sender, logger)(askToTryAgain(note));
    return null;
  }
  const next = await findNext(note, connection, context);
  if (next.kind === "over") return null;
  if (next.kind === "shown") {
    await createDraftWriter(context, connection.client, logger).showAgain(next.draft);
    return null;
  }
  const { message, draft, isChange } = next;
  return { message, handle: draft === null ? understand : writeRound(draft, isChange) };
}

/** Takes a key for the event of a message. @returns whether it is this event's; also `true` if the store does not say. */
async function claim(key: string, message: WrittenMessage, context: BotContext): Promise<boolean> {
  try {
    return await context.keys.claim(key, message.eventId);
  } catch (error) {
    // Better twice than never.
    loggerOf(message, context).warn({ err: error }, "a message could not be claimed");
    return true;
  }
}

/** What an edit does not change, as an answer; `null`: nothing came of the message as it was before. */
async function whatStands(
  { channel, ts, threadTs, isDirect }: WrittenMessage,
  before: string,
  connection: Connection,
  context: BotContext,
): Promise<string | null> {
  if (!isDirect && !mentions(before, connection.botUserId)) return null;
  const draft = await context.engine.drafts.find(channel, threadTs ?? ts);
  if (draft !== null) {
    return "I go by what you wrote first; an edit changes no draft. Write in its thread what should change.";
  }
  const said = await readSaid(before, connection, context);
  return isCommand(said)
    ? "I did what you wrote first; an edit changes nothing of it. To have something else done, write it anew."
    : null;
}

async function readSaid(
  text: string,
  { botUserId }: Connection,
  { botName, command: slash }: BotContext,
): Promise<string> {
  return readAddressed(text, { userId: botUserId, name: await botName(), command: slash });
}

/**
 * In direct messages everything is answered in the thread of the message: in the agent view each message of a person begins one
 * (https://docs.slack.dev/ai/migrating-to-agent-messaging). In a channel the person alone sees the answer; a thread that has no
 * reply yet shows no such message (https://docs.slack.dev/reference/methods/chat.postEphemeral), so there it stands beside theirs.
 */
function replyTo(message: Place, sender: Sender, logger: Logger): Reply {
  const { channel, user, ts, threadTs, isDirect } = message;
  if (isDirect) return createOpenReply(sender, { channel, user, threadTs: threadTs ?? ts }, logger);
  const spot = { channel, user, ...omitUndefined({ threadTs: threadTs ?? undefined }) };
  return createQuietReply(sender, spot, logger);
}
