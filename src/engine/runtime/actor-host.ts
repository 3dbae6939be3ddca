import type { CompiledWorkflow } from "../definition/compile.ts";
import type { AttemptEnded } from "../execution/decider/handle-signal.ts";
import type { ExecutionEvent } from "../model/events.ts";
import type { ActiveStep, ExecutionState, OutboxEntry } from "../model/state.ts";
import type { Clock } from "../ports/clock.ts";
import type { Store } from "../ports/store.ts";
import type { Actor } from "./actor.ts";

/** An execution as a commit left it; to be read at once, not kept. */
export interface Committed {
  readonly workflow: CompiledWorkflow;
  readonly state: ExecutionState;
}

/** What an actor needs from the worker that owns it. */
export interface ActorHost {
  readonly store: Store;
  readonly clock: Clock;
  readonly worker: string;
  /** End of the lease that a commit made now should carry. */
  leaseUntil(): number;
  /** False when the lease may have run out: no effect may start then. */
  mayStartEffects(): boolean;
  /** Has the end of a finished execution to be told to others? Its head stays due until that is done. */
  endIsWanted(state: ExecutionState): boolean;
  /** Tells it; done again after a crash or an error. */
  tellEnd(state: ExecutionState): Promise<void>;
  /** Delivers something that leaves the execution; done again after a crash or an error. */
  deliver(state: ExecutionState, entry: OutboxEntry): Promise<void>;
  /** Starts an attempt; `done` is called once with its result. @returns a function that aborts it. */
  startAttempt(
    workflow: CompiledWorkflow,
    state: ExecutionState,
    act: ActiveStep,
    done: (ended: AttemptEnded) => void,
  ): () => void;
  /** A version of its workflow, as this execution would execute it. */
  compiled(
    state: Pick<ExecutionState, "start" | "prompts">,
    version: number,
  ): Promise<CompiledWorkflow>;
  /** The facts that follow from what holds executions from outside: a pause. */
  gate(
    workflow: CompiledWorkflow,
    state: ExecutionState,
    now: number,
  ): Promise<readonly ExecutionEvent[]>;
  /** After each durable commit. */
  committed(executionId: string, events: readonly ExecutionEvent[], after: Committed): void;
  /** The actor has nothing left to do now; `due` is when somebody must look again. */
  retired(actor: Actor, due: number | null): void;
  /** The actor stopped without being able to go on: lost to another worker (`conflict`), or a defect. */
  stopped(actor: Actor, error: unknown): void;
}
