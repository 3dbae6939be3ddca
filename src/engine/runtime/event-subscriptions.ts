import { omitUndefined } from "../../shared/omit-undefined.ts";
import type { CompiledWorkflow } from "../definition/compile.ts";
import { wakeByEvent } from "../execution/decider/handle-events.ts";
import type { ExecutionEvent } from "../model/events.ts";
import { CLOCK_DIFFERENCE_MS } from "../model/lease.ts";
import type { ReadonlyActiveStep, ReadonlyState } from "../model/state.ts";
import type { EventRecord } from "../ports/events.ts";
import type { Signal } from "../ports/executions.ts";
import { UPLOADS } from "../ports/files.ts";
import type { Store } from "../ports/store.ts";
import type { Files } from "./files.ts";

/** Events that are read at a time. */
const PAGE = 200;

/** What subscriptions need. */
export interface EventPorts {
  readonly store: Pick<Store, "events">;
  readonly files: Pick<Files, "admit">;
}

/** The subscriptions to events that the store has for one execution. One too many does no harm; a missing one would. */
export class EventSubscriptions {
  readonly #ports: EventPorts;
  readonly #executionId: string;
  readonly #names = new Set<string>();

  constructor(ports: EventPorts, state: ReadonlyState) {
    this.#ports = ports;
    this.#executionId = state.start.executionId;
    for (const { event } of state.activeSteps.values()) if (event !== null) this.#names.add(event);
  }

  /** An event was delivered to the execution: the store has its subscription. */
  add({ payload: { name } }: Signal): void {
    if (typeof name === "string") this.#names.add(name);
  }

  /**
   * Subscribes a waiting step, then searches the events since the execution began. A publisher stores its event first and reads the
   * subscriptions then, so none is missed.
   *
   * @returns what follows from the first one that fits.
   * @throws {AppError} `store_unavailable`.
   */
  async searchPast(
    workflow: CompiledWorkflow,
    state: ReadonlyState,
    act: ReadonlyActiveStep,
    now: number,
  ): Promise<readonly ExecutionEvent[]> {
    const { event: name } = act;
    if (name === null) return [];
    this.#names.add(name);
    await this.#ports.store.events.subscribe(this.#executionId, name);
    const from = state.start.at - CLOCK_DIFFERENCE_MS;
    let after: EventRecord | undefined;
    do {
      const query = omitUndefined({ name, from, limit: PAGE, after });
      const page = await this.#ports.store.events.list(query);
      for (const event of page.filter((one) => isSince(state, one))) {
        const events = wakeByEvent(workflow, state, act, { event }, now);
        if (events.length === 0) continue;
        await this.#ports.files.admit({
          executionId: this.#executionId,
          values: event.payload,
          from: [event.source?.executionId ?? UPLOADS],
        });
        return events;
      }
      after = page.length === PAGE ? page.at(-1) : undefined;
    } while (after !== undefined);
    return [];
  }

  /** Ends the subscriptions that no step waits for any more. One that fails is ended the next time. */
  async prune(state: ReadonlyState): Promise<void> {
    if (this.#names.size === 0) return;
    const awaited = new Set([...state.activeSteps.values()].map(({ event }) => event));
    for (const name of this.#names) {
      if (awaited.has(name)) continue;
      await this.#ports.store.events.unsubscribe(this.#executionId, name).catch(() => undefined);
      this.#names.delete(name);
    }
  }
}

/**
 * Did an event come since the execution began? Two clocks may differ, and a missed event would leave the execution waiting for ever:
 * so an event of another process counts even if it seems a little too early.
 */
function isSince({ start }: ReadonlyState, event: EventRecord): boolean {
  return event.at >= start.at || event.process !== start.process;
}
