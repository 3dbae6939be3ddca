import type { CompiledWorkflow } from "../definition/compile.ts";
import { wakeByEvent } from "../execution/decider/handle-events.ts";
import type { ExecutionEvent } from "../model/events.ts";
import { CLOCK_DIFFERENCE_MS } from "../model/lease.ts";
import type { ActiveStep, ExecutionState } from "../model/state.ts";
import type { EventRecord } from "../ports/events.ts";
import type { Signal } from "../ports/executions.ts";
import type { Store } from "../ports/store.ts";

/** Events that are read at a time. */
const PAGE = 200;

/** For which events an execution is noted as waiting, in the store. One too many does no harm; one that is missing would. */
export class EventSubscriptions {
  readonly #store: Store;
  readonly #executionId: string;
  readonly #names = new Set<string>();

  constructor(store: Store, state: ExecutionState) {
    this.#store = store;
    this.#executionId = state.start.executionId;
    for (const { event } of state.activeSteps.values()) if (event !== null) this.#names.add(event);
  }

  /** An event was told to the execution, which is thus noted as waiting for it. */
  note({ payload: { name } }: Signal): void {
    if (typeof name === "string") this.#names.add(name);
  }

  /**
   * Notes that a step waits, then looks for an event that came since the execution began: who tells one does it the other way
   * round, so none is missed.
   *
   * @returns what follows from the first that is meant.
   * @throws {AppError} `store_unavailable`.
   */
  async searchPast(
    workflow: CompiledWorkflow,
    state: ExecutionState,
    act: ActiveStep,
    now: number,
  ): Promise<readonly ExecutionEvent[]> {
    const { event: name } = act;
    if (name === null) return [];
    this.#names.add(name);
    await this.#store.events.subscribe(this.#executionId, name);
    const from = state.start.at - CLOCK_DIFFERENCE_MS;
    let after: EventRecord | undefined;
    do {
      const query = { name, from, limit: PAGE, ...(after && { after }) };
      const page = await this.#store.events.list(query);
      for (const event of page.filter((one) => isSince(state, one))) {
        const events = wakeByEvent(workflow, state, act, { event }, now);
        if (events.length > 0) return events;
      }
      after = page.length === PAGE ? page.at(-1) : undefined;
    } while (after !== undefined);
    return [];
  }

  /** Ends what no step waits for any more. A failure leaves it for the next time. */
  async leave(state: ExecutionState): Promise<void> {
    if (this.#names.size === 0) return;
    const awaited = new Set([...state.activeSteps.values()].map(({ event }) => event));
    for (const name of this.#names) {
      if (awaited.has(name)) continue;
      await this.#store.events.unsubscribe(this.#executionId, name).catch(() => undefined);
      this.#names.delete(name);
    }
  }
}

/**
 * Did an event come since the execution began? By one clock that is known. Of two clocks nobody knows, and an event that is missed
 * would leave the execution waiting for ever: so one that seems a little too early counts.
 */
function isSince({ start }: ExecutionState, event: EventRecord): boolean {
  return event.at >= start.at || event.process !== start.process;
}
