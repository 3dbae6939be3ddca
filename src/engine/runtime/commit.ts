import { randomUUID } from "node:crypto";
import { type AuditDraft, auditOfStart } from "../execution/projections/audit-records.ts";
import { toExecutionRecord } from "../execution/projections/execution-record.ts";
import { totalsOf } from "../execution/projections/totals.ts";
import type { ExecutionEvent } from "../model/events.ts";
import type { ExecutionState, ReadonlyState } from "../model/state.ts";
import { auditId } from "../ports/audit.ts";
import type { Clock } from "../ports/clock.ts";
import type { ExecutionRecord } from "../ports/executions.ts";
import type { Store } from "../ports/store.ts";

export interface CommitPorts {
  readonly store: Store;
  readonly clock: Clock;
  /** Repeats a write that the store did not confirm. @default it is not repeated */
  readonly retry?: <T>(write: () => Promise<T>) => Promise<T>;
}

/** How the execution's record is left by a commit. */
export interface CommitLease {
  /** The worker that keeps the lease; `null` releases it. */
  readonly owner: string | null;
  /** When the lease ends, or without an owner when the execution needs a worker again; `null`: only a signal wakes it. */
  readonly due: number | null;
}

/**
 * Writes events that were applied to the state as its next commit, together with its record, the totals and the signals that the
 * events settle. Raises the state's revision.
 *
 * The totals follow from the events alone, so every commit passes them: an event that costs nothing and ends nothing, such as
 * `child_ended` (the child's own workflow has its costs), adds none.
 *
 * @param audit - what is recorded of the events; the start of an execution is recorded with its first commit.
 * @returns the record as it was written.
 * @throws {AppError} `store_conflict` when another worker wrote this revision, `store_unavailable`.
 */
export async function appendCommit(
  { store, clock, retry = (write) => write() }: CommitPorts,
  state: ExecutionState,
  events: readonly ExecutionEvent[],
  { owner, due }: CommitLease,
  settled: readonly string[] = [],
  audit: readonly AuditDraft[] = [],
): Promise<ExecutionRecord> {
  state.rev += 1;
  const { start, rev, epoch } = state;
  const { executionId } = start;
  // One id for all repeats: the store recognizes a commit that it has already.
  const commit = { executionId, rev, epoch, commitId: randomUUID(), at: clock.now(), events };
  const record = toExecutionRecord(state, owner, due);
  const totals = totalsOf(start, events, rev === 1);
  const drafts = rev === 1 ? [auditOfStart(start), ...audit] : audit;
  const records = drafts.map((draft, index) => ({
    id: auditId(draft.at, `${executionId}:${padded(rev)}:${padded(index)}`),
    ...draft,
  }));
  await retry(() => store.log.commit(commit, record, settled, totals, records));
  return record;
}

/**
 * When an execution without an owner needs a worker again: at once while something is left to be delivered or published.
 *
 * @param due - when a step becomes due; `null`: only a signal wakes it.
 */
export function dueAfter(
  { outbox }: ReadonlyState,
  now: number,
  hasUnpublishedEnd: boolean,
  due: number | null,
): number | null {
  return outbox.size > 0 || hasUnpublishedEnd ? now : due;
}

/** So that the order of texts is the order of the numbers. */
function padded(count: number): string {
  return String(count).padStart(6, "0");
}
