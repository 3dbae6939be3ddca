import type { WebClient } from "@slack/web-api";
import type { Logger } from "pino";
import type { Caller } from "../../engine/api/access.ts";
import type { PointedMessage } from "../../engine/ports/conversations.ts";
import type { DraftRecord } from "../../engine/ports/workflows.ts";
import { isAppError } from "../../shared/errors.ts";
import { LruMap } from "../../shared/lru-map.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import type { Sender } from "../../slack/outgoing/sender.ts";
import { escapeText } from "../../slack/text.ts";
import { answerCommand, isAlmostCommand, isCommand } from "../commands/index.ts";
import { hasUnnamed, isRefusal } from "../commands/subcommand.ts";
import type { BotContext } from "../context.ts";
import { READING, showBusyStatus } from "../drafts/busy-status.ts";
import { createDraftWriter } from "../drafts/draft-writer.ts";
import { parseBuildRequest, readPlain } from "../drafts/parse-build-request.ts";
import { whyNoChange } from "../drafts/why-no-change.ts";
import { isSpokenDecision } from "../listeners/events/spoken-decision.ts";
import { BUTTONS_ONLY, listPending } from "../pending-requests.ts";
import { createOpenReply, createQuietReply, guard, type Reply } from "../reply.ts";
import { buttons, type CardMessage } from "../views/blocks/build.ts";
import { mentions, readAddressed } from "./addressed.ts";
import { answerInDraft } from "./answer-in-draft.ts";
import { answerIntent } from "./answer-intent.ts";
import { describeUnused, readFiles } from "./attached-files.ts";
import type { Connection } from "./connection.ts";
import { showHelp, showWelcome } from "./help.ts";
import {
  completeIntent,
  DRAFT_INTENTS,
  INTENTS,
  type Intent,
  type NamedWorkflow,
  readDraftIntent,
  readIntent,
} from "./intents.ts";
import { askAboutDraft, buildButton, findRecentDraft } from "./recent-draft.ts";
import { askToTryAgain, findNext } from "./resume.ts";
import { findThreadRun, readThreadMessage } from "./thread-run.ts";
import type { Place, Underway } from "./unanswered.ts";
import type { WrittenMessage } from "./written-message.ts";

const SAY_MORE =
  "Say what the workflow should do: what starts it, what happens, and where the result goes. For example: build me a workflow that asks @finance to approve purchases over $500 in #approvals";

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

/** Everything that answering one message takes. */
interface Turn {
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
type Handle = (turn: Turn, context: BotContext) => Promise<IsDone>;

/** Did the message get what it asks for? Otherwise its author may mend it by an edit. */
type IsDone = boolean;

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

/** Writes the next round of a draft, from the message or, if it is the first one, from the description that was stored. */
function writeRound(draft: DraftRecord, isChange: boolean): Handle {
  return async (turn, context) => {
    const wanted = isChange ? await withFiles(turn, readPlain(turn.said), context) : undefined;
    write(turn, draft, wanted, context);
    return true;
  };
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

/** Builds, changes, commands, decides, answers; what rules cannot read is read by a model. */
async function understand(turn: Turn, context: BotContext): Promise<IsDone> {
  const { message, said, remark } = turn;
  const plain = readPlain(said);
  const description = parseBuildRequest(plain);
  if (description !== null) return begin(turn, description, context);
  const draft = await draftMeant(message, said, context);
  if (draft !== null) return continueDraft(turn, draft, plain, context);
  const workflows = await context.engine.workflows.list();
  const intent = readIntent(plain, workflows);
  if (intent?.kind === "build") return begin(turn, plain, context);
  if (message.files.length > 0 && intent?.kind !== "amend")
    await remark(describeUnused(message.files));
  if (isCommand(said)) return command(turn, intent, plain, context);
  if (await leadToButtons(turn, plain, context)) return true;
  if (intent !== null) return act(turn, intent, plain, context);
  if (await isAlmostCommand(said, context)) return command(turn, null, plain, context);
  return guess(turn, plain, workflows, context);
}

/** Shows a person who decides in words the buttons that do. @returns whether something waits for them. */
async function leadToButtons(
  { message, reply }: Turn,
  plain: string,
  context: BotContext,
): Promise<boolean> {
  const pending = isSpokenDecision(plain)
    ? await listPending(context, message.user, BUTTONS_ONLY)
    : null;
  if (pending === null) return false;
  await reply(pending);
  return true;
}

/** Does what a message asks for. */
async function act(
  turn: Turn,
  intent: Intent,
  plain: string,
  context: BotContext,
): Promise<IsDone> {
  const { message, caller, reply } = turn;
  switch (intent.kind) {
    case "build":
      return begin(turn, plain, context);
    case "amend":
      return begin(turn, plain, context, intent.workflow);
    case "help":
      await reply(await showHelp(caller, message.isDirect, context));
      return false;
    case "greeting":
      await reply(await showWelcome(caller, message.isDirect, context));
      return false;
    default: {
      const here = { ...context, command: await context.botName() };
      await reply(await answerIntent(intent, plain, fromOf(turn), here));
      return true;
    }
  }
}

/** What rules cannot read: read by a model, else perhaps about a draft, else examples of what can be asked for. */
async function guess(
  turn: Turn,
  plain: string,
  workflows: readonly NamedWorkflow[],
  context: BotContext,
): Promise<IsDone> {
  const { message, reply } = turn;
  const { intent: kind, unread } = await classify(turn, plain, INTENTS, context);
  const intent = kind === null ? null : completeIntent(kind, plain, workflows);
  if (intent !== null) return act(turn, intent, plain, context);
  const mayMeanDraft = message.isDirect && message.threadTs === null && plain !== "";
  const recent = mayMeanDraft ? await findRecentDraft(message, context) : null;
  if (recent !== null) await reply(askAboutDraft(recent, message));
  else {
    const lead = unread === undefined ? NOT_UNDERSTOOD : describeUnread(unread);
    await reply(
      notUnderstood(message, await showWelcome(turn.caller, message.isDirect, context, lead)),
    );
  }
  return false;
}

/** Examples of what can be asked, and a button for those who described a workflow. */
function notUnderstood(
  { ts }: WrittenMessage,
  { text, blocks: [lead, ...rest] }: CardMessage,
): CardMessage {
  if (lead === undefined) return { text, blocks: rest };
  const block = buttons(`build:${ts}`, [buildButton(ts, "It describes a workflow: write it")]);
  return { text, blocks: [lead, block, ...rest] };
}

const NOT_UNDERSTOOD = "I am not sure what you would like me to do.";

function describeUnread(why: string): string {
  return `${NOT_UNDERSTOOD} Reading it takes AI, and that does not work at the moment: ${escapeText(why)} Commands, and sentences like those below, work without it.`;
}

/** Has a model read a message, and shows meanwhile that it does. The event is acknowledged before: a model may take longer than Slack waits. */
async function classify<Name extends string>(
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

/** The draft of the thread, unless the message is a command: of an open draft one word alone is, since changes may begin so. */
async function draftMeant(
  { channel, threadTs }: WrittenMessage,
  said: string,
  { engine }: BotContext,
): Promise<DraftRecord | null> {
  const draft = threadTs === null ? null : await engine.drafts.find(channel, threadTs);
  if (draft === null || !isCommand(said)) return draft;
  return draft.status === "open" && /\s/.test(said) ? draft : null;
}

/** Does what a command says; words that are none, although they begin like one, are what they mean otherwise. */
async function command(
  turn: Turn,
  intent: Intent | null,
  plain: string,
  context: BotContext,
): Promise<IsDone> {
  const { message, caller, said, reply } = turn;
  if (/^help\s*$/i.test(said)) {
    await reply(await showHelp(caller, message.isDirect, context));
    return false;
  }
  const here = { ...context, command: await context.botName() };
  try {
    const answer = await answerCommand(said, fromOf(turn), here);
    if (hasUnnamed(answer) && intent !== null) return act(turn, intent, plain, context);
    await reply(answer);
    return !isRefusal(answer);
  } catch (error) {
    const isMisread = MISREAD.some((code) => isAppError(error, code));
    const meant = isMisread ? (intent ?? (await readSentence(turn, plain, context))) : null;
    if (meant === null) throw error;
    return act(turn, meant, plain, context);
  }
}

/** What a sentence means that begins with the name of a command: `why is my expense still not paid?` */
async function readSentence(
  turn: Turn,
  plain: string,
  context: BotContext,
): Promise<Intent | null> {
  const about = /^(why|cancel|status)\b/i.exec(plain)?.[1]?.toLowerCase();
  if (about !== undefined && (await turn.threadRun()) !== null)
    return { kind: about === "cancel" ? "cancel" : "why", run: null };
  if (plain.split(/\s+/, SENTENCE_WORDS).length < SENTENCE_WORDS) return null;
  const { intent: kind } = await classify(turn, plain, INTENTS, context);
  return kind === null ? null : completeIntent(kind, plain, await context.engine.workflows.list());
}

/** Fewer words are rather a command with a slip. */
const SENTENCE_WORDS = 4;

/** What a command says of words that are none of its own. */
const MISREAD = ["command_invalid", "workflow_not_found", "execution_not_found"] as const;

/** What a command is answered for: the same in every delivery of the message. */
function fromOf({ message, caller, threadRun, threadMessage }: Turn) {
  const { channel, ts, threadTs } = message;
  const deliveryId = `message:${channel}:${ts}`;
  return { caller, channel, threadTs: threadTs ?? ts, deliveryId, threadRun, threadMessage };
}

/** @param changes - the workflow that is to be changed; absent: a new one is described. */
async function begin(
  turn: Turn,
  wanted: string,
  context: BotContext,
  changes?: string,
): Promise<IsDone> {
  const { message, reply } = turn;
  const { user, channel, ts, threadTs } = message;
  const description = await withFiles(turn, wanted, context);
  if (description === "") {
    await reply(SAY_MORE);
    return false;
  }
  const draft = await context.engine.drafts.open({
    key: keyOf(message),
    ownerId: user,
    channel,
    threadTs: threadTs ?? ts,
    description,
    ...omitUndefined({ changes }),
  });
  // It was opened before: by a process that died before it wrote anything.
  const known = draft ?? (await context.engine.drafts.find(channel, threadTs ?? ts));
  if (known !== null && known.round === 0 && known.ownerId === user && known.status === "open")
    write(turn, known, changes === undefined ? undefined : description, context);
  return true;
}

async function continueDraft(
  turn: Turn,
  draft: DraftRecord,
  wanted: string,
  context: BotContext,
): Promise<IsDone> {
  const { message, reply, client, logger } = turn;
  const why = whyNoChange(draft, message.user);
  if (why !== null) {
    await reply(why);
    return true;
  }
  const known =
    draft.round === 0 || message.files.length > 0
      ? "change"
      : (readDraftIntent(wanted) ?? (draft.asked === undefined ? null : "change"));
  const intent = known ?? (await classify(turn, wanted, DRAFT_INTENTS, context)).intent;
  switch (intent) {
    case "change":
      write(turn, draft, await withFiles(turn, wanted, context), context);
      return true;
    case "undo":
      await createDraftWriter(context, client, logger).undo(draft);
      return true;
    case null:
      await reply(askAboutDraft(draft, message));
      return false;
    default:
      await reply(
        answerInDraft(
          intent,
          await context.engine.drafts.view(draft.id),
          known === null ? message.ts : null,
        ),
      );
      return true;
  }
}

/**
 * Writes the next round while the event is acknowledged: a model takes longer than the three seconds after which Slack sends the event
 * again, perhaps to another process, which would write as well.
 */
function write(
  { client, logger, reply, underway, meanwhile }: Turn,
  draft: DraftRecord,
  change: string | undefined,
  context: BotContext,
): void {
  const work = guard(reply, logger, async () => {
    await underway.writing(draft, change !== undefined);
    await createDraftWriter(context, client, logger).write(draft, change);
  });
  meanwhile(work);
}

/** The text with that of the files; which were not read is said at once. */
async function withFiles(
  { message: { files }, remark }: Turn,
  text: string,
  context: BotContext,
): Promise<string> {
  if (files.length === 0) return text;
  const attached = await readFiles(files, context.files);
  if (attached.unread !== null) await remark(attached.unread);
  return [text, attached.text].filter((part) => part !== "").join("\n\n");
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

function loggerOf({ channel, user, eventId }: Place, { logger }: BotContext): Logger {
  return logger.child({ channel, user, event: eventId });
}

function keyOf({ channel, ts }: WrittenMessage): string {
  return `${channel}:${ts}`;
}
