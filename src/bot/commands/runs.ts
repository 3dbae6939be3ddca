import type { ExecutionSummary } from "../../engine/api/executions.ts";
import type { ExecutionStatus } from "../../engine/model/state.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { escapeText, mentionPerson, shortRunId, showCost, showTime } from "../../slack/text.ts";
import { message, sections } from "../views/blocks/build.ts";
import { EXECUTION_LOOK, showStatus } from "../views/blocks/status.ts";
import { showLabels } from "../views/run-labels.ts";
import { assertNoMore, findWorkflow, type Lookup, readWorkflow } from "./named.ts";
import { takeStatus } from "./status-words.ts";
import { EVERY_ROLE, type Subcommand } from "./subcommand.ts";

const RUNS_SHOWN = 15;
export const runsCommand: Subcommand = {
  name: "runs",
  usage: "[workflow] [failed|waiting|…] [label=value …]",
  summary: "the latest runs, or those of a workflow, in a state or with a label",
  roles: EVERY_ROLE,
  findValueNames: () => Promise.resolve([]),
  run: async ({ words, values, caller }, context) => {
    const { engine, command } = context;
    const { workflowId, status } = await readFilter(words, context);
    const labels = values.size === 0 ? undefined : Object.fromEntries(values);
    const { executions, nextCursor } = await engine.executions.list(
      { limit: RUNS_SHOWN, ...omitUndefined({ workflowId, status, labels }) },
      caller.userId,
    );
    if (executions.length === 0) return noRuns(status, labels);
    const lines = executions.map(showLine);
    if (nextCursor !== null) lines.push(`_These are the latest ${RUNS_SHOWN}._`);
    lines.push(`More about one: \`${command} status &lt;run&gt;\`.`);
    return message(lines.join("\n"), sections(lines));
  },
};

interface Filter {
  readonly workflowId: string | undefined;
  readonly status: ExecutionStatus | undefined;
}

/** A workflow goes before a state that is called like it; a named workflow that does not exist is a mistake, not an empty list. */
async function readFilter(words: readonly string[], context: Lookup): Promise<Filter> {
  if (words.length === 0) return { workflowId: undefined, status: undefined };
  const whole = await findWorkflow(words, context);
  if (whole?.rest.length === 0) return { workflowId: whole.id, status: undefined };
  const { status, rest } = takeStatus(words);
  if (status === null || rest.length > 0) {
    const named = await readWorkflow(rest, context, runsCommand);
    assertNoMore(named.rest, context, runsCommand);
    return { workflowId: named.id, status: status ?? undefined };
  }
  return { workflowId: undefined, status };
}

function noRuns(
  status: ExecutionStatus | undefined,
  labels: Readonly<Record<string, string>> | undefined,
): string {
  const state = status === undefined ? "" : ` whose state is “${EXECUTION_LOOK[status].label}”`;
  if (labels !== undefined)
    return `There is no run that you may see with ${showLabels(labels)}${state}.`;
  return state === ""
    ? "There are no runs yet that you may see."
    : `There is no run that you may see${state}.`;
}

function showLine(run: ExecutionSummary): string {
  const starter = run.startedBy === null ? "" : ` · ${mentionPerson(run.startedBy)}`;
  const waits = run.waitingOn.length === 0 ? "" : ` (${run.waitingOn.map(escapeText).join(", ")})`;
  const labels = Object.keys(run.labels).length === 0 ? "" : ` · ${showLabels(run.labels)}`;
  return `• \`${shortRunId(run.executionId)}\` *${escapeText(run.workflowName)}* · ${showStatus(run.status)}${waits}${starter} · ${showTime(run.startedAt)} · ${showCost(run.totalCost)}${labels}`;
}
