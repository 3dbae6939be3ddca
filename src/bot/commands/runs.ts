import type { ExecutionSummary } from "../../engine/api/executions.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { escapeText, mentionPerson, shortRunId, showCost, showTime } from "../../slack/text.ts";
import { message, sections } from "../views/blocks/build.ts";
import { showStatus } from "../views/blocks/status.ts";
import { showLabels } from "../views/run-labels.ts";
import { assertNoMore, readWorkflow } from "./named.ts";
import { EVERY_ROLE, type Subcommand } from "./subcommand.ts";

const RUNS_SHOWN = 15;
export const runsCommand: Subcommand = {
  name: "runs",
  usage: "[workflow] [label=value …]",
  summary: "the latest runs, or those with a label",
  roles: EVERY_ROLE,
  findValueNames: () => Promise.resolve([]),
  run: async ({ words, values, caller }, context) => {
    const { engine, command } = context;
    // A named workflow that does not exist is a mistake, not an empty list.
    const named = words.length === 0 ? null : await readWorkflow(words, context, runsCommand);
    if (named !== null) assertNoMore(named.rest, context, runsCommand);
    const workflowId = named?.id;
    const labels = values.size === 0 ? undefined : Object.fromEntries(values);
    const { executions, nextCursor } = await engine.executions.list(
      { limit: RUNS_SHOWN, ...omitUndefined({ workflowId, labels }) },
      caller.userId,
    );
    if (executions.length === 0)
      return labels === undefined
        ? "There are no runs yet that you may see."
        : `There is no run that you may see with ${showLabels(labels)}.`;
    const lines = executions.map(showLine);
    if (nextCursor !== null) lines.push(`_These are the latest ${RUNS_SHOWN}._`);
    lines.push(`More about one: \`${command} status &lt;run&gt;\`.`);
    return message(lines.join("\n"), sections(lines));
  },
};

function showLine(run: ExecutionSummary): string {
  const starter = run.startedBy === null ? "" : ` · ${mentionPerson(run.startedBy)}`;
  const waits = run.waitingOn.length === 0 ? "" : ` (${run.waitingOn.map(escapeText).join(", ")})`;
  const labels = Object.keys(run.labels).length === 0 ? "" : ` · ${showLabels(run.labels)}`;
  return `• \`${shortRunId(run.executionId)}\` *${escapeText(run.workflowName)}* · ${showStatus(run.status)}${waits}${starter} · ${showTime(run.startedAt)} · ${showCost(run.totalCost)}${labels}`;
}
