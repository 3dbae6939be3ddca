import { nextDue } from "../../src/engine/execution/decider/advance.ts";
import { Worklist } from "../../src/engine/execution/decider/worklist.ts";
import { applyCommit, initialState } from "../../src/engine/execution/reducer/apply.ts";
import type { ExecutionEvent, ExecutionStarted } from "../../src/engine/model/events.ts";
import { type ExecutionState, isCostUnknown, ROOT } from "../../src/engine/model/state.ts";
import type { Store } from "../../src/engine/ports/store.ts";
import type { JsonObject } from "../../src/shared/json.ts";

/** An execution as some release wrote it, and what that release made of it. */
export interface RecordedRun {
  readonly start: ExecutionStarted;
  /** By number: the version with which it began, and those to which it was migrated. */
  readonly definitions: Readonly<Record<string, JsonObject>>;
  readonly commits: readonly RecordedCommit[];
  /** When it was over, or recorded. */
  readonly facts: JsonObject;
}

interface RecordedCommit {
  readonly rev: number;
  readonly events: readonly ExecutionEvent[];
  /** After it: each commit may be the last one before an upgrade. */
  readonly standing: JsonObject;
}

/**
 * Folds a recorded log as the engine does.
 *
 * @yields the state after each commit; the same object each time.
 */
export function* foldRecorded({
  start,
  definitions,
  commits,
}: Pick<RecordedRun, "start" | "definitions"> & {
  readonly commits: readonly Omit<RecordedCommit, "standing">[];
}): Iterable<ExecutionState> {
  const { steps } = definitions[start.version] as { steps: readonly [{ id: string }] };
  const state = initialState(start, steps[0].id);
  for (const { rev, events } of commits) {
    applyCommit(state, rev, events);
    yield state;
  }
}

/** Where an execution stands: what it waits for, who does it when, and under which keys. */
export function standingOf(state: ExecutionState): JsonObject {
  const { status, version, queue: line, spentNano, reservedNano, addedNano } = state;
  return plain({
    status,
    version,
    // `acts` is what the recorded fixtures call them.
    acts: [...state.activeSteps.values()].map(({ key, phase, attempt, waitingOn, due }) =>
      [key, phase, attempt, waitingOn, due].join(" "),
    ),
    requests: [...state.openRequests],
    due: nextDue(state, new Worklist(state)),
    line,
    outbox: [...state.outbox.keys()],
    money: { spentNano, reservedNano, addedNano, isUnknown: isCostUnknown(state) },
  });
}

/** What an execution has done so far. */
export function factsOf(state: ExecutionState): JsonObject {
  return plain({
    ...standingOf(state),
    variables: state.variables,
    results: state.frames.get(ROOT)?.results ?? {},
    steps: state.steps.map(({ path, status, output, costNano }) => ({
      path,
      status,
      output,
      costNano,
    })),
    requests: [...state.requests.values()].map(({ opened, votes, outcome }) => ({
      id: opened.id,
      votes,
      outcome,
    })),
    output: state.output,
    error: state.error,
  });
}

function plain(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value));
}

/**
 * Chooses from a store what is worth keeping.
 *
 * @yields one execution of each workflow for each way in which it stands or ended, and more where
 *   they tell events of another kind.
 */
export async function* recordRuns(store: Store): AsyncIterable<RecordedRun> {
  const known = new Set<string>();
  for (let cursor: string | undefined; ; ) {
    const page = await store.executions.list({
      limit: 200,
      ...(cursor !== undefined && { cursor }),
    });
    for (const { executionId, start, status, waitingOn } of page.records) {
      const run = await recordRun(store, executionId, start);
      const events = run.commits.flatMap((commit) => commit.events.map(({ type }) => type));
      const kinds = [JSON.stringify([start.workflowId, status, waitingOn]), ...events];
      if (kinds.every((kind) => known.has(kind))) continue;
      for (const kind of kinds) known.add(kind);
      yield run;
    }
    if (page.nextCursor === null) return;
    cursor = page.nextCursor;
  }
}

async function recordRun(
  store: Store,
  executionId: string,
  start: ExecutionStarted,
): Promise<RecordedRun> {
  const log = await store.log.read(executionId, 0);
  const numbers = [start.version];
  for (const event of log.flatMap(({ events }) => events)) {
    if (event.type === "execution_migrated") numbers.push(event.version);
  }
  const definitions: Record<string, JsonObject> = {};
  for (const number of numbers) {
    const version = await store.workflows.getVersion(start.workflowId, number);
    if (version === null) throw new Error(`${start.workflowId} has no version ${number}.`);
    definitions[number] = version.definition;
  }
  const commits: RecordedCommit[] = [];
  let facts: JsonObject = {};
  for (const state of foldRecorded({ start, definitions, commits: log })) {
    const { rev, events = [] } = log[commits.length] ?? {};
    commits.push({ rev: rev ?? 0, events, standing: standingOf(state) });
    facts = factsOf(state);
  }
  return { start, definitions, commits, facts };
}
