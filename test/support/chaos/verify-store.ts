import { isDeepStrictEqual } from "node:util";
import { applyCommit, initialState } from "../../../src/engine/execution/reducer/apply.ts";
import type { ExecutionEvent } from "../../../src/engine/model/events.ts";
import { type ExecutionState, isCostUnknown } from "../../../src/engine/model/state.ts";
import type { ExecutionRecord } from "../../../src/engine/ports/executions.ts";
import type { Store } from "../../../src/engine/ports/store.ts";
import { isJsonObject, type Json, readOwn } from "../../../src/shared/json.ts";
import type { Findings } from "./findings.ts";
import type { PlannedRun } from "./scenario.ts";

export interface StoredRun {
  readonly head: ExecutionRecord;
  readonly state: ExecutionState;
  readonly events: readonly ExecutionEvent[];
}

/**
 * What the store says of the runs, once all of them are over and no bot runs any more. Bots are killed from outside, so no attempt is the
 * reason: none may be given up for it.
 */
export async function verifyStore(
  runs: readonly PlannedRun[],
  store: Store,
  findings: Findings,
): Promise<void> {
  const stored = await readRuns(store);
  const isChild = ({ state }: StoredRun): boolean => Object.hasOwn(state.variables, "part");
  const nameOf = ({ state }: StoredRun): string => String(readOwn(state.variables, "run"));
  const children = Map.groupBy(stored.filter(isChild), nameOf);
  const planned = stored.filter((run) => !isChild(run));
  const byName = Map.groupBy(planned, nameOf);
  findings.count("executions given up", stored.filter(hasGivenUp).length);
  for (const run of runs) {
    const [own, ...others] = byName.get(run.name) ?? [];
    findings.count("executions expected");
    if (own === undefined) findings.problem(`${run.name}: lost: there is no execution of it`);
    else {
      verifyRun(run, own, findings);
      verifyChildren(run, children.get(run.name) ?? [], findings);
    }
    if (others.length > 0) findings.problem(`${run.name}: ${others.length + 1} executions of it`);
  }
  if (planned.length !== runs.length)
    findings.problem(`${planned.length} executions are stored, ${runs.length} were started`);
  let spentNano = 0;
  for (const run of stored) spentNano += await verifyCost(run, store, findings);
  await verifyTotals(stored, spentNano, store, findings);
  const left = await store.signals.pending({ limit: 1000 });
  if (left.length > 0) findings.problem(`${left.length} signals were never folded`);
  if ((await store.leases.nextDue(Number.MAX_SAFE_INTEGER)) !== null)
    findings.problem("an execution is due that is over");
}

/** An attempt counts as what ended its process. */
function hasGivenUp({ events }: StoredRun): boolean {
  return events.some(
    (event) => readOwn(readOwn(event, "error"), "code") === "attempt_ended_process",
  );
}

/** Every execution of a store, folded from its log. */
export async function readRuns(store: Store): Promise<readonly StoredRun[]> {
  const heads: ExecutionRecord[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await store.executions.list({
      limit: 200,
      ...(cursor !== undefined && { cursor }),
    });
    heads.push(...page.records);
    if (page.nextCursor === null) break;
    cursor = page.nextCursor;
  }
  const runs: StoredRun[] = [];
  for (const head of heads) {
    const version = await store.workflows.getVersion(head.workflowId, head.version);
    const first = readOwn(readOwn(version?.definition["steps"], "0"), "id");
    const state = initialState(head.start, String(first));
    const log = await store.log.read(head.executionId, 0);
    for (const { rev, events } of log) applyCommit(state, rev, events);
    runs.push({ head, state, events: log.flatMap(({ events }) => events) });
  }
  return runs;
}

function verifyRun(run: PlannedRun, stored: StoredRun, findings: Findings): void {
  const { state, head } = stored;
  const { status, output } = run.plan.expected;
  const where = `${run.name} (${head.executionId}, ${run.workflowId})`;
  findings.count(`executions ${state.status}`);
  if (state.status !== status)
    findings.problem(
      `${where}: ${state.status} instead of ${status}: ${JSON.stringify(state.error)}`,
    );
  else if (output !== undefined && !isDeepStrictEqual(state.output, withName(output, run.name)))
    findings.problem(`${where}: its output is ${JSON.stringify(state.output)}`);
  const isProjection =
    head.status === state.status && head.rev === state.rev && head.costNano === state.spentNano;
  if (!isProjection || head.due !== null)
    findings.problem(`${where}: its head is not the projection of its log`);
  verifyDecisions(run, stored, where, findings);
  findings.count("attempts begun again", recoveries(stored.events));
}

/** The executions that a step starts begin once and end as the plan says. */
function verifyChildren(
  { name, plan }: PlannedRun,
  stored: readonly StoredRun[],
  findings: Findings,
): void {
  findings.count("children", stored.length);
  const { count = 0, status, isMaybe } = plan.children ?? {};
  const fits = isMaybe ? stored.length <= count : stored.length === count;
  if (!fits) findings.problem(`${name}: ${stored.length} children instead of ${count}`);
  for (const { head, state } of stored) {
    if (state.status !== status)
      findings.problem(`${name}: its child ${head.executionId} is ${state.status}`);
  }
}

/** Outputs carry the run's name, so that one run's result cannot pass for another's. */
function withName(output: Json, run: string): Json {
  return isJsonObject(output) ? { run, ...output } : output;
}

function verifyDecisions(
  { plan }: PlannedRun,
  { state, events }: StoredRun,
  where: string,
  findings: Findings,
): void {
  const recorded = events.filter((event) => event.type === "decision_recorded");
  const refused = events.filter((event) => event.type === "decision_refused");
  findings.count("decisions recorded", recorded.length);
  findings.count("decisions refused", refused.length);
  const signals = [...recorded, ...refused].map(({ signalId }) => signalId);
  if (new Set(signals).size < signals.length)
    findings.problem(`${where}: a decision was folded twice`);
  for (const { opened, votes, outcome } of state.requests.values()) {
    findings.count("requests");
    if (new Set(votes.map(({ by }) => by)).size < votes.length)
      findings.problem(`${where}: somebody's decision counts twice`);
    const possible = ["expired", "cancelled", ...(plan.clicks ?? []).map(({ choice }) => choice)];
    if (outcome === null || !possible.includes(outcome.decision))
      findings.problem(`${where}: ${opened.id} ended as ${JSON.stringify(outcome)}`);
  }
}

function recoveries(events: readonly ExecutionEvent[]): number {
  const begun = new Set<string>();
  let again = 0;
  for (const event of events) {
    if (event.type !== "step_started") continue;
    const attempt = `${event.path}:${event.attempt}`;
    if (begun.has(attempt)) again += 1;
    begun.add(attempt);
  }
  return again;
}

/**
 * The price of an execution is the sum of its recorded calls; where a call was lost, it says that it may be more.
 *
 * @returns that sum.
 */
async function verifyCost(
  { head, state, events }: StoredRun,
  store: Store,
  findings: Findings,
): Promise<number> {
  const calls = await store.calls.list(head.executionId);
  const sum = calls.reduce((total, { costNano }) => total + (costNano ?? 0), 0);
  // What children spent is theirs, and charged to whoever waits for them.
  const ofChildren = events.reduce(
    (total, event) => total + (event.type === "child_ended" ? event.spentNano : 0),
    0,
  );
  const charged = sum + ofChildren;
  findings.count("AI calls", calls.length);
  const isUnknown = isCostUnknown(state);
  if (isUnknown) findings.count("executions with a cost not known in full");
  const fits = isUnknown ? state.spentNano >= charged : state.spentNano === charged;
  if (!fits || state.reservedNano !== 0)
    findings.problem(
      `${head.executionId}: spent ${state.spentNano}, its calls and children sum up to ${charged}, held ${state.reservedNano}`,
    );
  return sum;
}

/** The running totals are the sums over all executions. */
async function verifyTotals(
  stored: readonly StoredRun[],
  spentNano: number,
  store: Store,
  findings: Findings,
): Promise<void> {
  const ofWorkflows = await store.totals.read({
    dimension: "workflow",
    from: 0,
    to: Number.MAX_SAFE_INTEGER,
  });
  const count = (status: string): number =>
    stored.filter(({ state }) => state.status === status).length;
  const expected = {
    started: stored.length,
    completed: count("completed"),
    failed: count("failed"),
    cancelled: count("cancelled"),
    costNano: spentNano,
  };
  for (const [name, value] of Object.entries(expected)) {
    const total = ofWorkflows.reduce((sum, row) => sum + Number(readOwn(row, name)), 0);
    if (total !== value) findings.problem(`the total of ${name} is ${total}, not ${value}`);
  }
  findings.count("nano-dollars spent", spentNano);
}
