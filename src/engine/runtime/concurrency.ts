import { AppError, asAppError } from "../../shared/errors.ts";
import type { CompiledWorkflow } from "../definition/compile.ts";
import type { Concurrency } from "../definition/schema.ts";
import { executionScope } from "../execution/decider/execution-scope.ts";
import { renderText } from "../language/template.ts";
import type { ExecutionEvent } from "../model/events.ts";
import { type ExecutionState, ROOT } from "../model/state.ts";
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
 * Lets at most `concurrency.limit` executions of a workflow with the same key go on at a time. A slot belongs to whoever inserted
 * it first. Whoever waits is in line before it looks, and whoever leaves looks at the line after it left: so nobody is missed.
 */
export class ConcurrencyLimiter implements AdmissionCheck, CompletionListener {
  readonly #options: ConcurrencyLimiterOptions;

  constructor(options: ConcurrencyLimiterOptions) {
    this.#options = options;
  }

  /** The facts that follow before an execution goes on: it has its slot, it waits for one, or it is not to run at all. */
  async eventsFor(
    state: ExecutionState,
    now: number,
    workflow: CompiledWorkflow,
  ): Promise<readonly ExecutionEvent[]> {
    const resumed: ExecutionEvent[] = state.paused ? [{ type: "execution_resumed", at: now }] : [];
    const { concurrency } = workflow.definition;
    if (!concurrency || (state.queue && state.queue.slot !== null)) return resumed;
    const line = lineOf(concurrency, state);
    if (line instanceof AppError) {
      const { code, message, retryable } = line;
      return [{ type: "execution_failed", error: { code, message, retryable }, at: now }];
    }
    const slot = await this.#take(line, concurrency, state);
    if (slot !== null) return [...resumed, { type: "slot_acquired", line, slot, at: now }];
    if (concurrency.onLimit === "skip")
      return [{ type: "execution_cancelled", error: skipped(concurrency), at: now }];
    if (state.paused?.reason === "slot") return [];
    return [{ type: "execution_held", reason: "slot", line, at: now }];
  }

  /** Has the end of this execution to be told to others in line? */
  isWanted(state: ExecutionState): boolean {
    return state.queue !== null;
  }

  /** Gives the slot back and calls the next in line. Doing it again is harmless. @throws {AppError} `store_unavailable`. */
  async publish({ start, queue, reopened }: ExecutionState): Promise<void> {
    if (!queue) return;
    const { executionId } = start;
    const { store } = this.#options;
    if (queue.slot !== null) await store.slots.free(queue.name, queue.slot, executionId);
    await store.slots.dequeue(queue.name, executionId);
    await this.#callNext(queue.name, `${executionId}:${reopened.length}:left`);
  }

  /** @returns the number of the slot; `null`: none is free, and it is in line unless it would be skipped. */
  async #take(
    line: string,
    { limit, onLimit }: Concurrency,
    { start, reopened }: ExecutionState,
  ): Promise<number | null> {
    const { store } = this.#options;
    const { executionId } = start;
    if (onLimit === "queue") await store.slots.enqueue({ line, executionId, at: start.at });
    const taken = await store.slots.list(line);
    // Its process may have died after it took one.
    const own = taken.find((slot) => slot.executionId === executionId);
    const isNext =
      onLimit === "skip" || (await store.slots.peek(line, limit)).includes(executionId);
    const slot = own?.slot ?? (isNext ? await this.#takeFree(line, limit, executionId) : null);
    if (slot === null || onLimit === "skip") return slot;
    await store.slots.dequeue(line, executionId);
    // There may be room for one more.
    await this.#callNext(line, `${executionId}:${reopened.length}:took`);
    return slot;
  }

  async #takeFree(line: string, limit: number, executionId: string): Promise<number | null> {
    const { store } = this.#options;
    const taken = new Set((await store.slots.list(line)).map(({ slot }) => slot));
    for (let slot = 0; slot < limit; slot += 1) {
      if (!taken.has(slot) && (await store.slots.take(line, slot, executionId))) return slot;
    }
    return null;
  }

  async #callNext(line: string, why: string): Promise<void> {
    const { store, clock, events } = this.#options;
    const [executionId] = await store.slots.peek(line, 1);
    if (executionId === undefined) return;
    await store.signals.insert({
      id: `slot:${executionId}:${why}`,
      executionId,
      kind: "slot",
      payload: {},
      at: clock.now(),
    });
    void events.emit("wake", { executionId });
  }
}

/** Workflow and key. An error: the key cannot be computed. */
function lineOf({ key }: Concurrency, state: ExecutionState): string | AppError {
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
