import type { DraftRecord } from "../../engine/ports/workflows.ts";
import { isAppError } from "../../shared/errors.ts";
import { escapeText } from "../../slack/text.ts";
import { answerCommand, isAlmostCommand, isCommand } from "../commands/index.ts";
import { hasUnnamed, isRefusal } from "../commands/subcommand.ts";
import type { BotContext } from "../context.ts";
import { parseBuildRequest, readPlain } from "../drafts/parse-build-request.ts";
import { isSpokenDecision } from "../listeners/events/spoken-decision.ts";
import { BUTTONS_ONLY, listPending } from "../pending-requests.ts";
import { buttons, type CardMessage } from "../views/blocks/build.ts";
import { answerIntent } from "./answer-intent.ts";
import { describeUnused } from "./attached-files.ts";
import { begin, continueDraft } from "./draft-rounds.ts";
import { showHelp, showWelcome } from "./help.ts";
import { completeIntent, INTENTS, type Intent, type NamedWorkflow, readIntent } from "./intents.ts";
import { askAboutDraft, buildButton, findRecentDraft } from "./recent-draft.ts";
import { classify, fromOf, type IsDone, type Turn } from "./turn.ts";
import type { WrittenMessage } from "./written-message.ts";

/** Builds, changes, commands, decides, answers; what rules cannot read is read by a model. */
export async function understand(turn: Turn, context: BotContext): Promise<IsDone> {
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
