import type { CompiledWorkflow } from "../definition/compile.ts";
import type { ExecutionEvent } from "../model/events.ts";
import type { ReadonlyState } from "../model/state.ts";

/** An execution as a commit left it; to be read at once, not kept. */
interface Committed {
  readonly workflow: CompiledWorkflow;
  readonly state: ReadonlyState;
}

/** What the parts of the engine publish within one process. Nothing here is durable: each has a durable counterpart that is polled. */
export interface EngineEventMap {
  /** An execution was accepted or a commit of it is durable. `after` is absent for events that no actor committed. */
  readonly committed: {
    readonly executionId: string;
    readonly events: readonly ExecutionEvent[];
    readonly after?: Committed | undefined;
  };
  /** An execution has something to do: a signal, a free slot, a retry. */
  readonly wake: { readonly executionId: string };
  /** Another version of a workflow became active. */
  readonly workflowActivated: null;
  /** A trigger was switched off or on. */
  readonly triggersSwitched: null;
  /** Another process died. */
  readonly processDied: null;
  /** A workflow was not started for an event: there were too many, too many runs have led to each other, or its payload does not fit. */
  readonly flooded: {
    readonly workflowId: string;
    readonly kind: string;
    readonly why: "rate" | "chain" | "schema";
    /** What of the payload does not fit. */
    readonly detail?: string;
  };
  /** A trigger finds no rows in its database, for a reason that needs a person or has lasted for long. */
  readonly stalled: {
    readonly workflowId: string;
    readonly triggerId: string;
    /** `notifications`: its rows are still looked for, but the database does not say when there are any. */
    readonly lacks: "rows" | "notifications";
    readonly reason: string;
  };
}

type EventName = keyof EngineEventMap;
type Listener<Name extends EventName> = (event: EngineEventMap[Name]) => unknown;

/** Typed emitter that connects the parts of the engine, so that none of them needs to know who reacts to it. */
export class EngineEvents {
  readonly #listeners: { readonly [Name in EventName]: Set<Listener<Name>> } = {
    committed: new Set(),
    wake: new Set(),
    workflowActivated: new Set(),
    triggersSwitched: new Set(),
    processDied: new Set(),
    flooded: new Set(),
    stalled: new Set(),
  };

  /** @returns a function that removes the listener. */
  on<Name extends EventName>(name: Name, listener: Listener<Name>): () => void {
    const listeners = this.#listeners[name];
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /**
   * Calls the listeners at once, in the order in which they were added, and does not wait for what they begin. What a listener
   * throws reaches the caller, as from a call of its own; a listener that returns a promise must not reject.
   */
  emit<Name extends EventName>(name: Name, event: EngineEventMap[Name]): void {
    for (const listener of this.#listeners[name]) void listener(event);
  }

  /** Calls the listeners at once, and resolves when all of them are done. @throws what a listener throws or rejects with. */
  async emitAndWait<Name extends EventName>(
    name: Name,
    event: EngineEventMap[Name],
  ): Promise<void> {
    await Promise.all([...this.#listeners[name]].map((listener) => listener(event)));
  }
}
