import type { CompiledWorkflow } from "../definition/compile.ts";
import { handleSignal } from "../execution/decider/handle-signal.ts";
import { auditOf } from "../execution/projections/audit-records.ts";
import { toExecutionRecord } from "../execution/projections/execution-record.ts";
import { apply } from "../execution/reducer/apply.ts";
import { readSurface } from "../model/actor.ts";
import type { ExecutionEvent } from "../model/events.ts";
import { type ExecutionState, isFinished } from "../model/state.ts";
import { type AuditRecord, auditId } from "../ports/audit.ts";
import type { Clock } from "../ports/clock.ts";
import type { ExecutionRecord, Signal } from "../ports/executions.ts";
import type { Logger } from "../ports/logger.ts";
import type { Store } from "../ports/store.ts";
import { appendCommit, dueAfter } from "./commit.ts";
import type { EngineEvents } from "./engine-events.ts";
import { EventSubscriptions } from "./event-subscriptions.ts";
import type { Files } from "./files.ts";
import { isCompletionWanted, publishCompletion, type WorkerHooks } from "./hooks.ts";

export interface FinalizePorts extends Pick<WorkerHooks, "children" | "completion"> {
  readonly store: Store;
  readonly clock: Clock;
  readonly events: EngineEvents;
  readonly files: Pick<Files, "admit">;
}

/**
 * What is left to do for a finished execution: publish its end, refuse what came too late.
 *
 * @returns `false`: a retry of it is pending; its end was published, the rest is left undone.
 * @throws {AppError} `store_unavailable`: has to be repeated.
 */
export async function finalize(
  ports: FinalizePorts,
  workflow: CompiledWorkflow,
  state: ExecutionState,
): Promise<boolean> {
  const { store, clock } = ports;
  const { executionId } = state.start;
  for (const entry of state.outbox.values()) await ports.children.deliver(state, entry);
  await publishCompletion(ports, state);
  const late = await store.signals.pending({ executionId, limit: 100 });
  if (late.some(({ kind }) => kind === "retry")) return false;
  await store.audit.append(late.flatMap((signal) => auditOfLate(workflow, state, signal)));
  const events = late.flatMap((signal) => handleSignal(workflow, state, signal, clock.now()));
  const subscriptions = new EventSubscriptions(ports, state);
  for (const signal of late) if (signal.kind === "event") subscriptions.add(signal);
  await subscriptions.prune(state);
  // What came too late changes nothing, but what it cost is kept.
  const costs = events.filter((event) => event.type === "child_ended");
  if (costs.length > 0) {
    for (const event of costs) apply(state, event);
    // Due at once: the signals are settled only below.
    await appendCommit(ports, state, costs, { owner: null, due: clock.now() });
  }
  if (events.length > 0) ports.events.emit("committed", { executionId, events });
  await store.signals.settle(late.map(({ id }) => id));
  await store.executions.save(toExecutionRecord(state, null, null));
  return true;
}

/** What is recorded of a click that came too late: no commit holds it. Doing it again after a crash adds nothing. */
function auditOfLate(
  workflow: CompiledWorkflow,
  state: ExecutionState,
  signal: Signal,
): readonly AuditRecord[] {
  const surface = readSurface(signal.payload["surface"]);
  return handleSignal(workflow, state, signal, signal.at)
    .flatMap((event) => auditOf(workflow.definition, state, event, { surface }))
    .map((draft, index) => ({ id: auditId(draft.at, `${signal.id}:late:${index}`), ...draft }));
}

export interface FailDefectivePorts extends Pick<WorkerHooks, "completion"> {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly events: EngineEvents;
  /** Folds the execution's log. */
  readonly read: (record: ExecutionRecord) => Promise<{ readonly state: ExecutionState }>;
}

/** Pause before an execution is tried again after a defect of the engine. */
const DEFECT_PAUSE_MS = 60_000;

const DEFECT_MESSAGE =
  "The run was stopped because of a defect on our side. The operator finds the details in the log.";

/** Fails an execution because of a defect, so that it ends visibly. If even that cannot be written, it is retried after a pause. */
export async function failDefective(
  ports: FailDefectivePorts,
  record: ExecutionRecord,
  cause: unknown,
): Promise<void> {
  const { store, clock, logger } = ports;
  const { executionId } = record;
  logger.error({ err: cause, executionId }, "a defect stopped the execution; failing it");
  try {
    await fail(ports, record);
  } catch (error) {
    logger.error({ err: error, executionId }, "could not fail the defective execution; retrying");
    await store.executions
      .save({ ...record, owner: null, due: clock.now() + DEFECT_PAUSE_MS })
      .catch(() => undefined);
  }
}

async function fail(ports: FailDefectivePorts, record: ExecutionRecord): Promise<void> {
  const { store, clock, events } = ports;
  const { executionId } = record;
  const { state } = await ports.read(record);
  if (isFinished(state.status)) {
    // What is left to publish of its end is tried again; kept, the lease would be renewed for ever.
    await store.executions.save(toExecutionRecord(state, null, clock.now() + DEFECT_PAUSE_MS));
    return;
  }
  const at = clock.now();
  const error = { code: "internal", message: DEFECT_MESSAGE, retryable: false } as const;
  const failed: ExecutionEvent = { type: "execution_failed", error, at };
  apply(state, failed);
  const due = dueAfter(state, at, isCompletionWanted(ports, state), null);
  await appendCommit(ports, state, [failed], { owner: null, due });
  events.emit("committed", { executionId, events: [failed] });
}
