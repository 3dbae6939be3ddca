import type { ExecutionView } from "../../engine/api/executions.ts";
import { isFinished } from "../../engine/model/state.ts";
import { escapeText, showMembers, showTime, showValue } from "../../slack/text.ts";
import type { CardContext } from "./card-context.ts";
import { adviseOn } from "./completion-message.ts";
import { describeDecisionValue, describeUndecided } from "./decision-words.ts";
import { describeMigration, describeProgress } from "./progress.ts";

/** Where a run stands and why, or how it ended: mrkdwn, a line each. */
export function describeStanding(view: ExecutionView, cards: CardContext): string[] {
  return [
    ...(isFinished(view.status) ? describeEnd(view) : describeProgress(view, cards)),
    ...view.migrations.slice(-1).map(describeMigration),
    ...describeLastError(view),
  ];
}

function describeEnd(view: ExecutionView): string[] {
  if (view.completedAt === null) return [];
  return [`Ended ${showTime(view.completedAt)}.`, ...describeResult(view)];
}

/** What a run that is over came to: mrkdwn, a line at most. */
export function describeResult(view: ExecutionView): string[] {
  if (view.status === "completed" && view.output !== null) {
    const decision = describeDecisionValue(view, view.output);
    return [decision ?? `Result: ${showMembers(view.output, 1000)}`];
  }
  const undecided = describeUndecided(view);
  if (undecided !== null) return [undecided];
  if (view.error === null) return [];
  return [`${showValue(view.error.message, 1000)} ${adviseOn(view.error.code)}`];
}

/** The last error of an unfinished run, unless its progress shows it already. */
function describeLastError(view: ExecutionView): string[] {
  const last = view.errors.at(-1);
  if (
    last === undefined ||
    isFinished(view.status) ||
    view.waitingOn.some((wait) => wait.for === "retry" || wait.for === "breaker")
  )
    return [];
  return [
    `Last error, at *${escapeText(last.stepId)}* ${showTime(last.at)}: ${showValue(last.message, 500)}`,
  ];
}
