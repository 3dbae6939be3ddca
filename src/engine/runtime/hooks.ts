import type { CompiledWorkflow } from "../definition/compile.ts";
import type { ChildPlan, ChildRequest } from "../model/children.ts";
import type { ExecutionEvent, ExecutionStarted } from "../model/events.ts";
import type { OutboxEntry, ReadonlyState } from "../model/state.ts";

/** What other parts of the engine do for a worker. They are built after it, so it gets them when it starts. */
export interface WorkerHooks {
  readonly children: ChildHooks;
  /** Asked in order before an execution continues; the first that answers decides. */
  readonly admission: readonly AdmissionCheck[];
  /** All that may wait for the end of an execution. */
  readonly completion: readonly CompletionListener[];
  /** Publishes what commits say to others. Absent: nothing is published. */
  readonly announcer?: Announcer;
}

/** Executions that steps of other executions start. */
export interface ChildHooks {
  /** Looks up and checks what a step of this execution wants to start. */
  prepare(parent: ExecutionStarted, request: ChildRequest): Promise<ChildPlan>;
  /** Delivers what leaves an execution. Repeated after a crash or an error, so a repeat must be harmless. */
  deliver(parent: ReadonlyState, entry: OutboxEntry): Promise<void>;
}

/** Decides whether an execution may continue: a pause, a concurrency limit. */
export interface AdmissionCheck {
  /** The events that have to come before the execution continues; `null`: this check has no say, the next one decides. */
  eventsFor(
    state: ReadonlyState,
    now: number,
    workflow: CompiledWorkflow,
  ): Promise<readonly ExecutionEvent[] | null>;
}

/** Waits for the end of executions. */
export interface CompletionListener {
  /** Whether it waits for this end: the record of the execution stays due until the end is published. */
  isWanted(state: ReadonlyState): boolean;
  /** Publishes the end. Repeated after a crash or an error, so a repeat must be harmless. @throws {AppError} `store_unavailable`. */
  publish(state: ReadonlyState): Promise<void>;
}

/** Publishes what happens in executions, such as that people were asked, to those who wait for it. */
export interface Announcer {
  /** Whether a workflow or a step waits for something of the kind. The record of an execution stays due until it is published. */
  isListening(): boolean;
  /** Publishes what these events, which are durable, say. Repeated after a crash, so a repeat must be harmless. @throws {AppError} `store_unavailable`. */
  publish(
    workflow: CompiledWorkflow,
    state: ReadonlyState,
    events: readonly ExecutionEvent[],
  ): Promise<void>;
}

/** The events that have to come before the execution continues. */
export async function admissionEvents(
  { admission }: Pick<WorkerHooks, "admission">,
  state: ReadonlyState,
  now: number,
  workflow: CompiledWorkflow,
): Promise<readonly ExecutionEvent[]> {
  for (const check of admission) {
    const events = await check.eventsFor(state, now, workflow);
    if (events) return events;
  }
  return [];
}

export function isCompletionWanted({ completion }: CompletionHooks, state: ReadonlyState): boolean {
  return completion.some((listener) => listener.isWanted(state));
}

export async function publishCompletion(
  { completion }: CompletionHooks,
  state: ReadonlyState,
): Promise<void> {
  for (const listener of completion) await listener.publish(state);
}

type CompletionHooks = Pick<WorkerHooks, "completion">;
