import type { KnownBlock } from "@slack/types";
import type { ExecutionView, RequestView, StepView } from "../../engine/api/executions.ts";
import type { TokenUsage } from "../../engine/model/events.ts";
import {
  escapeText,
  mentionPerson,
  shortRunId,
  showCost,
  showDuration,
  showMembers,
  showTotal,
  showValue,
} from "../../slack/text.ts";
import { decidersOf, outcomeLabel, outcomeOf } from "./approval-card.ts";
import {
  type CardMessage,
  contextBlock,
  divider,
  message,
  section,
  sections,
} from "./blocks/build.ts";
import { STEP_LOOK } from "./blocks/status.ts";
import { describeBudgetOutcome } from "./budget-card.ts";
import { adviseOn } from "./error-advice.ts";
import type { CardContext } from "./surface.ts";

const OUTPUT_CHARS = 2500;
const ERROR_CHARS = 1500;
/** Results that are shown of a run that was stopped, the newest ones. */
const KEPT_SHOWN = 8;
const KEPT_CHARS = 300;
/** Steps of the receipt that are listed one by one: more would not be read. */
const RECEIPT_STEPS = 40;

/** The end of a run, in its thread: the result or what went wrong, and the receipt. */
export function completionMessage(view: ExecutionView, context: CardContext): CardMessage {
  const ending = describeEnding(view, context);
  return message(`${ending}\n${totals(view)}`, [
    section(ending),
    divider,
    ...receipt(view, context),
  ]);
}

/** The failure alone, for runs that report nothing else. */
export function failureMessage(view: ExecutionView, context: CardContext): CardMessage {
  const ending = describeEnding(view, context);
  const by =
    view.trigger.userId === undefined
      ? escapeText(view.trigger.type)
      : mentionPerson(view.trigger.userId);
  return message(ending, [
    section(`*${escapeText(view.workflowName)}*\n${ending}`),
    contextBlock(`Run \`${shortRunId(view.executionId)}\` · started by ${by} · ${totals(view)}`),
  ]);
}

function describeEnding(view: ExecutionView, context: CardContext): string {
  if (view.status === "completed") {
    return view.output === null
      ? ":white_check_mark: Completed."
      : `:white_check_mark: Completed. Result:\n${showOutput(view)}`;
  }
  if (view.status === "cancelled") {
    const stopped = stoppedAtCap(view);
    if (stopped !== null) return `${stopped}\n${describeKept(view, context)}`;
    const by = view.cancelledBy === null ? "" : ` by ${mentionPerson(view.cancelledBy)}`;
    return `:no_entry_sign: Cancelled${by}. What was done before stays done.`;
  }
  return describeFailure(view, context);
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
        `• ${escapeText(context.stepName(stepId))}: ${showMembers(output, KEPT_CHARS)}`,
    );
  return ["Results so far:", ...lines].join("\n");
}

function showOutput(view: ExecutionView): string {
  const { output } = view;
  if (typeof output === "object" && output !== null && !Array.isArray(output)) {
    const lines = Object.entries(output).map(
      ([name, value]) => `• ${escapeText(name)}: ${showValue(value, 500)}`,
    );
    if (lines.length > 0 && lines.length <= 12) return lines.join("\n");
  }
  return showValue(output, OUTPUT_CHARS);
}

function describeFailure(view: ExecutionView, context: CardContext): string {
  const { error } = view;
  const step =
    view.steps.findLast((candidate) => candidate.status === "failed")?.stepId ??
    view.errors.at(-1)?.stepId;
  const where = step === undefined ? "" : ` at *${escapeText(context.stepName(step))}*`;
  if (error === null) return `:x: Failed${where}.`;
  return `:x: Failed${where}: ${showValue(error.message, ERROR_CHARS)}\n${adviseOn(error.code)} (\`${escapeText(error.code)}\`)`;
}

function receipt(view: ExecutionView, context: CardContext): KnownBlock[] {
  const listed = view.steps.slice(0, RECEIPT_STEPS);
  const left = view.steps.length - listed.length;
  const lines = listed.map((step) => receiptLine(view, step, context));
  if (left > 0) lines.push(`_and ${left} more_`);
  lines.push(...view.requests.flatMap((request) => budgetLine(view, request)));
  return [...sections(["*Receipt*", ...lines]), contextBlock(totals(view))];
}

function receiptLine(view: ExecutionView, step: StepView, context: CardContext): string {
  const look = STEP_LOOK[step.status];
  const remark = step.status === "completed" ? "" : ` (${look.label})`;
  const attempts = step.attempts > 1 ? ` · ${step.attempts} attempts` : "";
  const request = requestOf(view, step);
  const decided = request === undefined ? "" : describeDecision(view, request);
  const name = escapeText(context.stepName(step.stepId));
  const tokens = step.tokenUsage ? ` · ${countTokens(step.tokenUsage)} tokens` : "";
  return `${look.icon} ${name}${remark} · ${showDuration(step.duration)}${attempts} · ${showCost(step.cost)}${tokens}${decided}`;
}

function requestOf(view: ExecutionView, step: StepView): RequestView | undefined {
  const key = `${view.executionId}/${step.path}`;
  // The last round is the one that was decided.
  return view.requests.findLast(
    ({ opened }) => opened.id === key || opened.id === `${key}:round:${opened.round}`,
  );
}

/** What the owner decided about the cost cap. */
function budgetLine(view: ExecutionView, request: RequestView): string[] {
  const outcome = outcomeOf(view, request);
  const { budget } = request.opened;
  return budget && outcome ? [describeBudgetOutcome(request, budget, outcome)] : [];
}

function countTokens({ promptTokens, completionTokens }: TokenUsage): number {
  return promptTokens + completionTokens;
}

function describeDecision(view: ExecutionView, request: RequestView): string {
  const outcome = outcomeOf(view, request);
  if (outcome === null) return "";
  if (outcome.decision === "expired" || outcome.decision === "cancelled")
    return ` · ${outcome.decision}`;
  return ` · ${outcomeLabel(request, outcome.decision)} by ${decidersOf(request, outcome)}`;
}

/** `Total: $0.0012 · 12 s · of which 8 s waiting for people`. */
function totals(view: ExecutionView): string {
  const waited = view.requests.reduce((sum, request) => {
    const outcome = outcomeOf(view, request);
    return outcome === null ? sum : sum + Math.max(outcome.at - request.opened.openedAt, 0);
  }, 0);
  const parts = [`Total: ${showTotal(view.totalCost, view.costUnknown)}`];
  const tokens = view.steps.flatMap(({ tokenUsage }) => tokenUsage ?? []).map(countTokens);
  if (tokens.length > 0) parts.push(`${tokens.reduce((sum, count) => sum + count, 0)} tokens`);
  if (view.totalDuration !== null) parts.push(showDuration(view.totalDuration));
  if (view.requests.length > 0) parts.push(`of which ${showDuration(waited)} waiting for people`);
  return parts.join(" · ");
}
