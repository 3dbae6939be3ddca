import type { KnownBlock } from "@slack/types";
import type { ExecutionView } from "../../engine/api/executions.ts";
import { isFinished } from "../../engine/model/state.ts";
import {
  escapeText,
  shortRunId,
  showDuration,
  showTime,
  showTotal,
  showValue,
} from "../../slack/text.ts";
import type { BotContext } from "../context.ts";
import {
  type CardMessage,
  contextBlock,
  divider,
  message,
  sections,
} from "../views/blocks/build.ts";
import { showStatus } from "../views/blocks/status.ts";
import { createCardContext } from "../views/card-context.ts";
import { adviseOn } from "../views/completion-message.ts";
import { describeDecisionValue, describeUndecided } from "../views/decision-words.ts";
import { withMaskNote } from "../views/mask-note.ts";
import { describeMigration, describeProgress } from "../views/progress.ts";
import { describeStarter } from "../views/run-card.ts";
import { showLabels } from "../views/run-labels.ts";
import { assertNoMore, readRun } from "./named.ts";
import { EVERY_ROLE, type Subcommand } from "./subcommand.ts";

/** Own unfinished runs that `status` without an id shows. */
const OWN_RUNS = 5;
export const statusCommand: Subcommand = {
  name: "status",
  usage: "[run]",
  summary: "where a run is and why; without an id: your runs that are not over",
  roles: EVERY_ROLE,
  takesRun: true,
  run: async ({ words, caller }, context) => {
    const { engine, command } = context;
    if (words.length > 0) {
      const { executionId, rest } = await readRun(words, context, statusCommand);
      assertNoMore(rest, context, statusCommand);
      return showRun(executionId, caller.userId, context);
    }
    const { executions } = await engine.executions.list({ startedBy: caller.userId, limit: 100 });
    const open = executions.filter((execution) => !isFinished(execution.status)).slice(0, OWN_RUNS);
    const shown = open.length > 0 ? open : executions.slice(0, 1);
    if (shown.length === 0)
      return `You have started no runs. \`${command} list\` shows what there is.`;
    const parts = await Promise.all(
      shown.map(({ executionId }) => showRun(executionId, caller.userId, context)),
    );
    const text = parts.map((part) => part.text).join("\n\n");
    return message(
      text,
      parts.flatMap((part, index): KnownBlock[] =>
        index === 0 ? [...part.blocks] : [divider, ...part.blocks],
      ),
    );
  },
};

/**
 * Where a run stands, or how it ended.
 *
 * @throws {AppError} `not_allowed`, `store_unavailable`.
 */
export async function showRun(
  executionId: string,
  reader: string,
  { engine, groups }: BotContext,
): Promise<CardMessage> {
  const view = await engine.executions.get(executionId, reader);
  const { definition } = await engine.workflows.get(view.workflowId, view.workflowVersion);
  const lines = [
    `*${escapeText(view.workflowName)}* · ${showStatus(view.status)}`,
    ...(isFinished(view.status)
      ? describeEnd(view)
      : describeProgress(view, createCardContext(definition, await groups.lastKnownIds()))),
    ...view.migrations.slice(-1).map(describeMigration),
    ...describeLastError(view),
    ...(Object.keys(view.labels).length === 0 ? [] : [`Labels: ${showLabels(view.labels)}`]),
  ];
  const took = view.totalDuration === null ? "" : ` · took ${showDuration(view.totalDuration)}`;
  const total = showTotal(view.totalCost, view.costUnknown);
  const footer = `Run \`${shortRunId(executionId)}\` (${escapeText(executionId)}) · ${describeStarter(view)} ${showTime(view.startedAt)}${took} · cost ${total}`;
  const card = message([...lines, footer].join("\n"), [...sections(lines), contextBlock(footer)]);
  return withMaskNote(card, view);
}

function describeEnd(view: ExecutionView): string[] {
  if (view.completedAt === null) return [];
  const ended = `Ended ${showTime(view.completedAt)}.`;
  if (view.status === "completed" && view.output !== null) {
    const decision = describeDecisionValue(view, view.output);
    return [ended, decision ?? `Result: ${showValue(view.output, 1000)}`];
  }
  const undecided = describeUndecided(view);
  if (undecided !== null) return [ended, undecided];
  if (view.error !== null)
    return [ended, `${showValue(view.error.message, 1000)} ${adviseOn(view.error.code)}`];
  return [ended];
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
