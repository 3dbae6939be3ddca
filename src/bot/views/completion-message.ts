import type { ExecutionView } from "../../engine/api/executions.ts";
import { ERROR_CODES, type ErrorCode, faultOf } from "../../shared/errors.ts";
import type { Json } from "../../shared/json.ts";
import { isChannelId, isUserId } from "../../shared/slack-ids.ts";
import {
  escapeText,
  mentionChannel,
  mentionPerson,
  shortRunId,
  showMembers,
  showValue,
} from "../../slack/text.ts";
import {
  buttons,
  type CardMessage,
  contextBlock,
  divider,
  message,
  section,
} from "./blocks/build.ts";
import { describeBudgetOutcome } from "./budget-card.ts";
import { type CardContext, namesOfTrigger, showInput } from "./card-context.ts";
import { describeDecisionValue, describeRefusal, describeUndecided } from "./decision-words.ts";
import { receipt, totals } from "./receipt.ts";
import { describeStarter } from "./run-card.ts";
import { resultButton, SCREEN, wholeResult } from "./whole-result.ts";

const ERROR_CHARS = 1500;
/** Results that are shown of a run that was stopped, the newest ones. */
const KEPT_SHOWN = 8;
const KEPT_CHARS = 300;

/** The end of a run, in its thread: the result or what went wrong, and the receipt. */
export function completionMessage(view: ExecutionView, context: CardContext): CardMessage {
  const ending = describeEnding(view, context);
  return message(`${ending}\n${totals(view)}`, [
    section(ending),
    ...(wholeResult(view) === null ? [] : [buttons("result", [resultButton(view)])]),
    divider,
    ...receipt(view, context),
  ]);
}

/** The failure alone, for runs that report nothing else. */
export function failureMessage(view: ExecutionView, context: CardContext): CardMessage {
  const ending = describeEnding(view, context);
  return message(ending, [
    section(`*${escapeText(view.workflowName)}*\n${ending}`),
    contextBlock(
      `Run \`${shortRunId(view.executionId)}\` · ${describeStarter(view)} · ${totals(view)}`,
    ),
  ]);
}

function describeEnding(view: ExecutionView, context: CardContext): string {
  if (view.status === "completed") return describeCompletion(view, context);
  if (view.status === "cancelled") {
    const stopped = stoppedAtCap(view);
    if (stopped !== null) return `${stopped}\n${describeKept(view, context)}`;
    const by = view.cancelledBy === null ? "" : ` by ${mentionPerson(view.cancelledBy)}`;
    return `:no_entry_sign: Cancelled${by}. What was done before stays done.`;
  }
  return describeFailure(view, context);
}

/** A run that ended with a no, or with no decision, is no success that is worth a check mark. */
function describeCompletion(view: ExecutionView, context: CardContext): string {
  const decision = describeDecisionValue(view, view.output);
  if (decision !== null) return `${decision}.`;
  const refusal = describeRefusal(view);
  const head = refusal === null ? ":white_check_mark: Completed." : `${refusal}. The run is over.`;
  if (view.output === null) return head;
  const beginning = wholeResult(view) === null ? "Result" : "The beginning of the result";
  return `${head} ${beginning}:\n${showOutput(view, context)}`;
}

/** `null`: it was not its cost cap that it was stopped at. */
function stoppedAtCap(view: ExecutionView): string | null {
  for (const request of view.requests) {
    const { budget } = request.opened;
    if (budget && request.outcome?.decision === "stop")
      return describeBudgetOutcome(request, budget, request.outcome);
  }
  return null;
}

/** What the steps gave before the run was stopped. */
function describeKept(view: ExecutionView, context: CardContext): string {
  const done = view.steps.filter(({ status, output }) => status === "completed" && output !== null);
  if (done.length === 0) return "It had no results yet.";
  const lines = done
    .slice(-KEPT_SHOWN)
    .map(
      ({ stepId, output }) =>
        `• ${escapeText(context.stepName(stepId))}: ${describeDecisionValue(view, output) ?? showMembers(output, KEPT_CHARS)}`,
    );
  return ["Results so far:", ...lines].join("\n");
}

function showOutput(view: ExecutionView, context: CardContext): string {
  const { output } = view;
  if (typeof output === "object" && output !== null && !Array.isArray(output)) {
    const lines = Object.entries(output).map(
      ([name, value]) =>
        `• ${escapeText(name)}: ${describeDecisionValue(view, value) ?? showResult(view, context, name, value)}`,
    );
    if (lines.length > 0 && lines.length <= 12) return lines.join("\n");
  }
  return showValue(output, SCREEN.chars);
}

/**
 * One result. The id of a person or a channel of this run is shown by name; other ids of people stay text, so that data from
 * outside notifies no person. A link to a channel notifies no person.
 */
function showResult(view: ExecutionView, context: CardContext, name: string, value: Json): string {
  if (typeof value === "string") {
    const input = context.shownInputs(view).find((one) => one.names && one.value === value);
    if (input !== undefined) return showInput(input, SCREEN.memberChars);
    const names = namesOfTrigger(view.trigger, name, value);
    if (names === "user" && isUserId(value)) return mentionPerson(value);
    if (isChannelId(value) && (names === "channel" || name === "channel"))
      return mentionChannel(value);
  }
  return showValue(value, SCREEN.memberChars);
}

function describeFailure(view: ExecutionView, context: CardContext): string {
  const { error } = view;
  const undecided = describeUndecided(view);
  if (undecided !== null) return undecided;
  const step =
    view.steps.findLast((candidate) => candidate.status === "failed")?.stepId ??
    view.errors.at(-1)?.stepId;
  const where = step === undefined ? "" : ` at *${escapeText(context.stepName(step))}*`;
  if (error === null) return `:x: Failed${where}.`;
  return `:x: Failed${where}: ${showValue(error.message, ERROR_CHARS)}\n${adviseOn(error.code)} (\`${escapeText(error.code)}\`)`;
}

/** What a person can do about an error of this code; codes of other releases count as ours. */
export function adviseOn(code: string): string {
  if (!isErrorCode(code)) return "Tell the operator of the bot; the log has the details.";
  if (code === "model_output_invalid") {
    return "Retry it; if it happens often, the author makes the prompt clearer or names a fallbackModel.";
  }
  switch (faultOf(code)) {
    case "user":
      return "Check what was given to the run and retry it with other values.";
    case "author":
      return "The workflow has to be corrected by its author; then start it again.";
    case "operator":
      return "The operator of the bot has to correct its configuration; then retry the run.";
    case "outside":
      return "The other side was in trouble. Retry the run when it has recovered.";
    case "internal":
      return "Tell the operator of the bot; the log has the details.";
  }
}

function isErrorCode(code: string): code is ErrorCode {
  return ERROR_CODES.includes(code);
}
