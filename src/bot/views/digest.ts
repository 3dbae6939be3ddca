import type { ExecutionView } from "../../engine/api/executions.ts";
import { escapeText, shortRunId, showDuration, showTotal, showValue } from "../../slack/text.ts";
import { type CardMessage, contextBlock, message, sections } from "./blocks/build.ts";
import { EXECUTION_LOOK } from "./blocks/status.ts";
import { describeStarter } from "./run-card.ts";

/** Runs of one digest: as many lines as are read. */
export const DIGEST_RUNS = 40;
const ERROR_CHARS = 120;

/** Runs that ended while messages queued up, one line each instead of a card and a thread each. @param views - at most {@link DIGEST_RUNS}. */
export function digestMessage(views: readonly ExecutionView[]): CardMessage {
  const head = `*${views.length} runs ended*: ${countByStatus(views)}.`;
  const lines = [...views].sort((a, b) => a.startedAt.localeCompare(b.startedAt)).map(runLine);
  return message(head, [
    ...sections([head, ...lines]),
    contextBlock(
      "They stand together because more messages waited here than Slack takes. The status command shows each of them.",
    ),
  ]);
}

/** `37 completed, 3 failed`. */
function countByStatus(views: readonly ExecutionView[]): string {
  const groups = Map.groupBy(views, ({ status }) => status);
  return [...groups]
    .map(([status, { length }]) => `${length} ${EXECUTION_LOOK[status].label.toLowerCase()}`)
    .join(", ");
}

function runLine(view: ExecutionView): string {
  const { icon, label } = EXECUTION_LOOK[view.status];
  const took = view.totalDuration === null ? "" : ` · ${showDuration(view.totalDuration)}`;
  const why =
    view.status === "failed" && view.error !== null
      ? `: ${showValue(view.error.message, ERROR_CHARS)}`
      : "";
  const total = showTotal(view.totalCost, view.costUnknown);
  return `${icon} *${escapeText(view.workflowName)}* · run \`${shortRunId(view.executionId)}\` · ${label}${why} · ${describeStarter(view)}${took} · cost ${total}`;
}
