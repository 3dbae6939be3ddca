import { randomUUID } from "node:crypto";
import type { CompiledWorkflow } from "../definition/compile.ts";
import { handleSignal } from "../execution/decider/handle-signal.ts";
import { toExecutionRecord } from "../execution/projections/execution-record.ts";
import { apply } from "../execution/reducer/apply.ts";
import type { ExecutionEvent } from "../model/events.ts";
import type { ExecutionState, OutboxEntry } from "../model/state.ts";
import type { Clock } from "../ports/clock.ts";
import type { Store } from "../ports/store.ts";
import type { EngineEvents } from "./engine-events.ts";
import { Subscriptions } from "./event-subscriptions.ts";

interface FinalizeOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly events: EngineEvents;
  readonly completion: { readonly publish: (state: ExecutionState) => Promise<void> };
  readonly deliver: (state: ExecutionState, entry: OutboxEntry) => Promise<void>;
}

/**
 * What is left to do for a finished execution: tell those who wait for its end, refuse what came too late.
 *
 * @returns `false`: a person wants it to go on; nothing but the telling was done.
 * @throws {AppError} `store_unavailable`: to be done again.
 */
export async function finalize(
  { store, clock, completion, deliver, events: emitter }: FinalizeOptions,
  workflow: CompiledWorkflow,
  state: ExecutionState,
): Promise<boolean> {
  const { executionId } = state.start;
  for (const entry of state.outbox.values()) await deliver(state, entry);
  await completion.publish(state);
  const late = await store.signals.pending({ executionId, limit: 100 });
  if (late.some(({ kind }) => kind === "retry")) return false;
  const events = late.flatMap((signal) => handleSignal(workflow, state, signal, clock.now()));
  const subscriptions = new Subscriptions(store, state);
  for (const signal of late) if (signal.kind === "event") subscriptions.note(signal);
  await subscriptions.leave(state);
  // What came too late changes nothing, but what it cost is kept.
  const costs = events.filter((event) => event.type === "child_ended");
  if (costs.length > 0) await commitLate({ store, clock }, state, costs);
  if (events.length > 0) void emitter.emit("committed", { executionId, events });
  await store.signals.settle(late.map(({ id }) => id));
  await store.executions.save(toExecutionRecord(state, null, null));
  return true;
}

async function commitLate(
  { store, clock }: Pick<FinalizeOptions, "store" | "clock">,
  state: ExecutionState,
  events: readonly ExecutionEvent[],
): Promise<void> {
  for (const event of events) apply(state, event);
  state.rev += 1;
  const { rev, epoch, start } = state;
  const { executionId } = start;
  const at = clock.now();
  const commit = { executionId, rev, epoch, commitId: randomUUID(), at, events };
  await store.log.commit(commit, toExecutionRecord(state, null, at), []);
}
