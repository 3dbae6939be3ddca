import { randomUUID } from "node:crypto";
import { toExecutionRecord } from "../execution/projections/execution-record.ts";
import { totalsOf } from "../execution/projections/totals.ts";
import { apply } from "../execution/reducer/apply.ts";
import type { ExecutionEvent } from "../model/events.ts";
import { type ExecutionState, isFinished } from "../model/state.ts";
import type { Clock } from "../ports/clock.ts";
import type { ExecutionRecord } from "../ports/executions.ts";
import type { Logger } from "../ports/logger.ts";
import type { Store } from "../ports/store.ts";
import type { EngineEvents } from "./engine-events.ts";

export interface FailDefectivePorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly events: EngineEvents;
  readonly completion: { readonly isWanted: (state: ExecutionState) => boolean };
  /** Folds the execution's log. */
  readonly read: (head: ExecutionRecord) => Promise<ExecutionState>;
}

/** Pause before an execution is tried again after a defect of ours. */
const DEFECT_PAUSE_MS = 60_000;

const MESSAGE =
  "The run was stopped because of a defect on our side. The operator finds the details in the log.";

/** A defect must end, visibly: the execution fails; if even that cannot be written, it is looked at again after a pause. */
export async function failDefective(
  ports: FailDefectivePorts,
  head: ExecutionRecord,
  cause: unknown,
): Promise<void> {
  const { store, clock, logger } = ports;
  const { executionId } = head;
  logger.error({ err: cause, executionId }, "an execution cannot go on because of a defect");
  try {
    await fail(ports, head);
  } catch (error) {
    logger.error(
      { err: error, executionId },
      "the defective execution could not be ended; trying again later",
    );
    await store.executions
      .save({ ...head, owner: null, due: clock.now() + DEFECT_PAUSE_MS })
      .catch(() => undefined);
  }
}

async function fail(ports: FailDefectivePorts, head: ExecutionRecord): Promise<void> {
  const { store, clock, completion, events } = ports;
  const { executionId } = head;
  const state = await ports.read(head);
  if (isFinished(state.status)) {
    // What is left to tell of its end is tried again; kept, the lease would be renewed for ever.
    await store.executions.save(toExecutionRecord(state, null, clock.now() + DEFECT_PAUSE_MS));
    return;
  }
  const at = clock.now();
  const event: ExecutionEvent = {
    type: "execution_failed",
    error: { code: "internal", message: MESSAGE, retryable: false },
    at,
  };
  apply(state, event);
  state.rev += 1;
  const { rev, epoch } = state;
  const commit = { executionId, rev, epoch, commitId: randomUUID(), at, events: [event] };
  const due = state.outbox.size > 0 || completion.isWanted(state) ? at : null;
  const totals = totalsOf(state.start, commit.events, rev === 1);
  await store.log.commit(commit, toExecutionRecord(state, null, due), [], totals);
  void events.emit("committed", { executionId, events: [event] });
}
