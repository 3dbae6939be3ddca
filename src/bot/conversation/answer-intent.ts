import type { Definition } from "../../engine/definition/schema.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { LIMITS } from "../../slack/limits.ts";
import { escapeText, shortRunId } from "../../slack/text.ts";
import { toRunValue } from "../action-values.ts";
import { answerCommand, type CommandPlace } from "../commands/index.ts";
import { showRun } from "../commands/status.ts";
import type { Answer } from "../commands/subcommand.ts";
import { showWhy } from "../commands/why.ts";
import type { BotContext } from "../context.ts";
import { carry } from "../forms/carried.ts";
import { newForm } from "../forms/run-forms.ts";
import { ACTION_IDS } from "../ids.ts";
import {
  button,
  buttons,
  type CardMessage,
  divider,
  message,
  section,
} from "../views/blocks/build.ts";
import { describeLastDecision } from "../views/decision-words.ts";
import { type Intent, withoutName } from "./intents.ts";

/** What is answered at once: from stored facts, or by a button that does it. */
export type AnswerableIntent = Exclude<Intent, { kind: "build" | "amend" | "help" | "greeting" }>;

type From = CommandPlace;

/**
 * Answers what a message asks for as the command would that asks for it, so with the same rights. What would have an effect is offered
 * as a button: words may have been misread.
 *
 * @param text - the message. @throws {AppError} what the commands throw.
 */
export async function answerIntent(
  intent: AnswerableIntent,
  text: string,
  from: From,
  context: BotContext,
): Promise<Answer> {
  const ask = (...words: readonly string[]): Promise<Answer> =>
    answerCommand(words.join(" "), from, context);
  switch (intent.kind) {
    case "thanks":
      return "You're welcome.";
    case "list":
      return ask("list");
    case "pending":
      return ask("approvals");
    case "status":
      return ask("status");
    case "show":
      return ask("show", intent.workflow);
    case "costs": {
      const days = intent.days === null ? [] : [`days=${intent.days}`];
      return ask("costs", ...(intent.workflow === null ? [] : [intent.workflow]), ...days);
    }
    case "why":
      return explainRun(intent.run, from, context);
    case "run":
      return offerRun(intent.workflow, text, from, context);
    case "cancel":
      return offerCancel(intent.run, from, context);
    default:
      return intent satisfies never;
  }
}

const NO_RUNS = "You have started no runs.";

/** Where the run stands or how it ended, and what AI decided in it. */
async function explainRun(run: string | null, from: From, context: BotContext): Promise<Answer> {
  const id = await findRun(run, from, context);
  if (id === null) return NO_RUNS;
  const { userId } = from.caller;
  const view = await context.engine.executions.get(id, userId);
  const status = await showRun(id, userId, context);
  const decision = describeLastDecision(view);
  const decided = view.steps.some(({ type }) => type === "ai-decision")
    ? [await showWhy(context, userId, id)]
    : [];
  const texts = [...(decision === null ? [] : [decision]), status.text];
  return message([...texts, ...decided.map(({ text }) => text)].join("\n\n"), [
    ...(decision === null ? [] : [section(decision)]),
    ...status.blocks,
    ...decided.flatMap(({ blocks }) => [divider, ...blocks]),
  ]);
}

/** A button that opens the form of the workflow, with the number of the message where it can mean one value only. */
async function offerRun(
  workflowId: string,
  text: string,
  { channel, threadTs, threadMessage }: From,
  { engine, keys }: BotContext,
): Promise<CardMessage> {
  const { definition } = await engine.workflows.get(workflowId);
  const form = newForm({
    ...{ workflowId, via: "slash", channel, given: givenIn(text, definition) },
    message: (await threadMessage?.()) ?? null,
    ...omitUndefined({ threadTs }),
  });
  const question = `Shall I run *${escapeText(definition.name)}*?`;
  const open = button({
    actionId: ACTION_IDS.openForm,
    label: Object.keys(definition.inputs ?? {}).length > 0 ? "Fill in the form" : "Run it",
    value: await carry(form, LIMITS.buttonValue, keys),
    style: "primary",
  });
  return message(question, [section(question), buttons("run", [open])]);
}

/** The only number of a text is the value of the only number that the workflow needs. */
function givenIn(text: string, { inputs = {}, name, id }: Definition): Record<string, string> {
  const needed = Object.entries(inputs).filter(
    ([, input]) => input.required && (input.type === "number" || input.type === "integer"),
  );
  const numbers = [
    ...withoutName(text, { id, name }).matchAll(
      /(?<![\p{L}\d.,-])\d+(?:\.\d+)?(?![\p{L}\d]|[.,]\d)/gu,
    ),
  ];
  const [only, ...others] = numbers;
  const [input, ...more] = needed;
  if (only === undefined || others.length > 0 || input === undefined || more.length > 0) return {};
  return { [input[0]]: only[0] };
}

/** A button that cancels the run: words may mean another one. */
async function offerCancel(run: string | null, from: From, context: BotContext): Promise<Answer> {
  const { engine } = context;
  const id = await findRun(run, from, context);
  if (id === null) return NO_RUNS;
  const view = await engine.executions.get(id, from.caller.userId);
  const name = `run \`${shortRunId(id)}\` of *${escapeText(view.workflowName)}*`;
  if (view.completedAt !== null)
    return run === null && (await from.threadRun?.()) !== id
      ? `Your last one, ${name}, is over already.`
      : `The ${name} is over already.`;
  const question = `Shall ${name} be cancelled?`;
  const cancel = button({
    actionId: ACTION_IDS.cancelRun,
    label: "Cancel run",
    value: toRunValue({ e: id }),
    style: "danger",
  });
  return message(question, [section(question), buttons("cancel", [cancel])]);
}

/** The run that is meant: by its id, else that of the thread, else the last one that the person started. @throws {AppError} `execution_not_found`. */
async function findRun(
  run: string | null,
  { caller, threadRun }: From,
  { engine }: BotContext,
): Promise<string | null> {
  if (run !== null) return engine.executions.resolveId(run);
  const here = await threadRun?.();
  if (typeof here === "string") return here;
  const { executions } = await engine.executions.list({ startedBy: caller.userId, limit: 1 });
  return executions[0]?.executionId ?? null;
}
