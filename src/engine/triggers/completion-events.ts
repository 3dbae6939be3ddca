import type { JsonObject } from "../../shared/json.ts";
import { RUN_ENDS } from "../definition/schema.ts";
import { handOn } from "../execution/decider/answerable.ts";
import type { ReadonlyState } from "../model/state.ts";
import type { EventRecord, EventSource } from "../ports/events.ts";
import { memoizePerTrigger, type TriggerRegistry } from "./trigger-registry.ts";
import { EventConfig } from "./types/event.ts";

export interface CompletionEventsOptions {
  readonly triggers: TriggerRegistry;
  /** Stores an event and delivers it to all who wait for it. @throws {AppError} `store_unavailable`: to be repeated. */
  readonly publish: (event: Omit<EventRecord, "at" | "process">) => Promise<unknown>;
}

/** Makes events of the ends of runs, if a trigger or a run may wait for them. Doing it again changes nothing: each end has its ids. */
export class CompletionEvents {
  readonly #options: CompletionEventsOptions;
  readonly #config = memoizePerTrigger((trigger) => EventConfig.parse(trigger.config));

  constructor(options: CompletionEventsOptions) {
    this.#options = options;
  }

  /** Whether a trigger or an execution waits for this end. */
  isWanted(state: ReadonlyState): boolean {
    return this.#wantedNames(state).length > 0;
  }

  /** @throws {AppError} `store_unavailable`: to be done again. */
  async publish(state: ReadonlyState): Promise<void> {
    for (const name of this.#wantedNames(state)) {
      await this.#options.publish({
        id: `end:${endId(state)}:${name}`,
        name,
        payload: payloadOf(name, state),
        source: toSource(state),
        answerable: handOn(state),
      });
    }
  }

  #wantedNames({ status, start }: ReadonlyState): readonly string[] {
    if (!RUN_ENDS.some((end) => end === status)) return [];
    const { triggers } = this.#options;
    const listening = new Set(triggers.of("event").map((one) => this.#config(one).eventName));
    return [`${start.workflowId}.${status}`, `workflow.${status}`].filter(
      (name) => listening.has(name) || triggers.isAwaited(name),
    );
  }
}

/** Where an event of an execution comes from. */
export function toSource({ start }: ReadonlyState): EventSource {
  const { executionId, workflowId, trigger } = start;
  return {
    executionId,
    workflowId,
    depth: trigger.depth ?? 0,
    root: trigger.root ?? executionId,
  };
}

/** Names an end: what was reopened ends once more, and that is published as well. */
function endId({ start, reopened }: ReadonlyState): string {
  return reopened.length === 0 ? start.executionId : `${start.executionId}:${reopened.length}`;
}

function payloadOf(event: string, state: ReadonlyState): JsonObject {
  const { workflowId, executionId } = state.start;
  const { status, output, error } = state;
  return {
    event,
    workflowId,
    executionId,
    status,
    output,
    variables: { ...state.variables },
    ...(error && { error: { code: error.code, message: error.message } }),
  };
}
