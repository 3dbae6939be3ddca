import { AppError, asAppError } from "../../shared/errors.ts";
import type { CompiledWorkflow } from "../definition/compile.ts";
import type { Concurrency } from "../definition/schema.ts";
import { executionScope } from "../execution/decider/execution-scope.ts";
import { renderText } from "../language/template.ts";
import type { ExecutionEvent } from "../model/events.ts";
import { type ReadonlyState, ROOT } from "../model/state.ts";
import type { Clock } from "../ports/clock.ts";
import type { Store } from "../ports/store.ts";
import type { EngineEvents } from "./engine-events.ts";
import type { AdmissionCheck, CompletionListener } from "./hooks.ts";

export interface ConcurrencyLimiterOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly events: EngineEvents;
}

/**
 * Lets at most `concurrency.limit` executions of a workflow with the same key run at a time. A slot belongs to the execution that
 * inserted it first. An execution enqueues itself before it reads the slots, and one that ends reads the queue after it freed its
 * slot: so none is missed.
 */
export class ConcurrencyLimiter implements AdmissionCheck, CompletionListener {
  readonly #options: ConcurrencyLimiterOptions;

  constructor(options: ConcurrencyLimiterOptions) {
    this.#options = options;
  }

  /** The events that come before an execution continues: it has its slot, it waits for one, or it is not to run at all. */
  async eventsFor(
    state: ReadonlyState,
    now: number,
    workflow: CompiledWorkflow,
  ): Promise<readonly ExecutionEvent[]> {
    const resumed: ExecutionEvent[] = state.paused ? [{ type: "execution_resumed", at: now }] : [];
    const { concurrency } = workflow.definition;
    if (!concurrency || (state.queue && state.queue.slot !== null)) return resumed;
    const queue = queueOf(concurrency, state);
    if (queue instanceof AppError) {
      const { code, message, retryable } = queue;
      return [{ type: "execution_failed", error: { code, message, retryable }, at: now }];
    }
    const slot = await this.#take(queue, concurrency, state);
    if (slot !== null) return [...resumed, { type: "slot_acquired", line: queue, slot, at: now }];
    if (concurrency.onLimit === "skip")
      return [{ type: "execution_cancelled", error: skipped(concurrency), at: now }];
    if (state.paused?.reason === "slot") return [];
    return [{ type: "execution_held", reason: "slot", line: queue, at: now }];
  }

  /** Whether others in the queue may wait for the end of this execution. */
  isWanted(state: ReadonlyState): boolean {
    return state.queue !== null;
  }

  /** Frees the slot and wakes the next execution in the queue. Doing it again is harmless. @throws {AppError} `store_unavailable`. */
  async publish({ start, queue, reopened }: ReadonlyState): Promise<void> {
    if (!queue) return;
    const { executionId } = start;
    const { store } = this.#options;
    // Its process may have died after it took one and before that was committed.
    for (const taken of await store.slots.list(queue.name))
      if (taken.executionId === executionId)
        await store.slots.free(queue.name, taken.slot, executionId);
    await store.slots.dequeue(queue.name, executionId);
    await this.#wakeNext(queue.name, `${executionId}:${reopened.length}:left`);
  }

  /** @returns the number of the slot; `null`: none is free, and the execution is in the queue unless it would be skipped. */
  async #take(
    queue: string,
    { limit, onLimit }: Concurrency,
    { start, reopened }: ReadonlyState,
  ): Promise<number | null> {
    const { store } = this.#options;
    const { executionId } = start;
    if (onLimit === "queue") await store.slots.enqueue({ line: queue, executionId, at: start.at });
    const taken = await store.slots.list(queue);
    // Its process may have died after it took one.
    const own = taken.find((slot) => slot.executionId === executionId);
    const isNext =
      onLimit === "skip" || (await store.slots.peek(queue, limit)).includes(executionId);
    const slot = own?.slot ?? (isNext ? await this.#takeFree(queue, limit, executionId) : null);
    if (slot === null || onLimit === "skip") return slot;
    await store.slots.dequeue(queue, executionId);
    // There may be room for one more.
    await this.#wakeNext(queue, `${executionId}:${reopened.length}:took`);
    return slot;
  }

  async #takeFree(queue: string, limit: number, executionId: string): Promise<number | null> {
    const { store } = this.#options;
    const taken = new Set((await store.slots.list(queue)).map(({ slot }) => slot));
    for (let slot = 0; slot < limit; slot += 1) {
      if (!taken.has(slot) && (await store.slots.take(queue, slot, executionId))) return slot;
    }
    return null;
  }

  async #wakeNext(queue: string, why: string): Promise<void> {
    const { store, clock, events } = this.#options;
    const [executionId] = await store.slots.peek(queue, 1);
    if (executionId === undefined) return;
    await store.signals.insert({
      id: `slot:${executionId}:${why}`,
      executionId,
      kind: "slot",
      payload: {},
      at: clock.now(),
    });
    events.emit("wake", { executionId });
  }
}

/** Name of the queue: workflow and key. An error: the key cannot be computed. */
function queueOf({ key }: Concurrency, state: ReadonlyState): string | AppError {
  const root = state.frames.get(ROOT);
  if (!root) return state.start.workflowId;
  try {
    const text = renderText(key, executionScope(state, root, state.start.executionId));
    return `${state.start.workflowId}/${text.slice(0, 500)}`;
  } catch (error) {
    const known = asAppError(error);
    return new AppError({ code: known.code, message: `concurrency.key: ${known.message}` });
  }
}

function skipped({ limit }: Concurrency) {
  const others = limit === 1 ? "Another run" : `${limit} other runs`;
  const message = `${others} of this workflow with the same key ${limit === 1 ? "is" : "are"} under way, so this one was skipped (concurrency.onLimit).`;
  return { code: "limit_exceeded", message, retryable: false };
}
