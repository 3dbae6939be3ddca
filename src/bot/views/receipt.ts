import type { KnownBlock } from "@slack/types";
import type { ExecutionView, RequestView, StepView } from "../../engine/api/executions.ts";
import type { TokenUsage } from "../../engine/model/events.ts";
import { counted } from "../../shared/counted.ts";
import { escapeText, showCost, showDuration, showTotal } from "../../slack/text.ts";
import { contextBlock, sections } from "./blocks/build.ts";
import { STEP_LOOK } from "./blocks/status.ts";
import { describeBudgetOutcome } from "./budget-card.ts";
import type { CardContext } from "./card-context.ts";
import { decidersOf, outcomeLabel, outcomeOf } from "./decision-words.ts";

/** Steps that the receipt lists one by one: more would not be read. */
const RECEIPT_STEPS = 40;

/** The receipt at the end of a run: each step with its time, attempts, cost and tokens, and the totals. */
export function receipt(view: ExecutionView, context: CardContext): KnownBlock[] {
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
  const attempts = step.attempts > 1 ? ` · ${counted(step.attempts, "attempt")}` : "";
  const request = requestOf(view, step);
  const decided = request === undefined ? "" : describeDecision(view, request);
  const name = escapeText(context.stepName(step.stepId));
  const tokens = step.tokenUsage ? ` · ${counted(countTokens(step.tokenUsage), "token")}` : "";
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
  if (outcome.decision === "expired") return " · no decision in time";
  if (outcome.decision === "cancelled") return " · not decided";
  return ` · ${outcomeLabel(request, outcome.decision)} by ${decidersOf(request, outcome)}`;
}

/** The totals of a run: `Total: $0.0012 · 12 s · of which 8 s waiting for people`. */
export function totals(view: ExecutionView): string {
  const waited = view.requests.reduce((sum, request) => {
    const outcome = outcomeOf(view, request);
    return outcome === null ? sum : sum + Math.max(outcome.at - request.opened.openedAt, 0);
  }, 0);
  const parts = [`Total: ${showTotal(view.totalCost, view.costUnknown)}`];
  const tokens = view.steps.flatMap(({ tokenUsage }) => tokenUsage ?? []).map(countTokens);
  if (tokens.length > 0)
    parts.push(
      counted(
        tokens.reduce((sum, count) => sum + count, 0),
        "token",
      ),
    );
  if (view.totalDuration !== null) parts.push(showDuration(view.totalDuration));
  if (view.requests.length > 0) parts.push(`of which ${showDuration(waited)} waiting for people`);
  return parts.join(" · ");
}
