import { type CompiledWorkflow, compileDefinition } from "../../src/engine/definition/compile.ts";
import { Definition } from "../../src/engine/definition/schema.ts";
import type { AttemptResult, StepType } from "../../src/engine/definition/step-type.ts";
import { advance } from "../../src/engine/execution/decider/advance.ts";
import {
  type AttemptEnded,
  handleAttempt,
  handleSignal,
} from "../../src/engine/execution/decider/handle-signal.ts";
import { Worklist } from "../../src/engine/execution/decider/worklist.ts";
import { apply, initialState } from "../../src/engine/execution/reducer/apply.ts";
import type { ExecutionEvent } from "../../src/engine/model/events.ts";
import type { ActiveStep, ExecutionState } from "../../src/engine/model/state.ts";
import type { Signal } from "../../src/engine/ports/executions.ts";
import { approval } from "../../src/engine/steps/approval.ts";
import { foreach } from "../../src/engine/steps/foreach.ts";
import { parallel } from "../../src/engine/steps/parallel.ts";
import { transform } from "../../src/engine/steps/transform.ts";
import { wait } from "../../src/engine/steps/wait.ts";
import type { Json, JsonObject } from "../../src/shared/json.ts";
import { scripted } from "./scripted-step.ts";

const TYPES: ReadonlyMap<string, StepType> = new Map(
  [approval, foreach, parallel, transform, wait, scripted].map(
    (type: StepType): [string, StepType] => [type.kind, type],
  ),
);

export const NINE = Date.UTC(2026, 10, 23, 9, 0, 0);

/** A definition with an id and a name filled in. */
export function workflow(steps: readonly JsonObject[], rest: JsonObject = {}): CompiledWorkflow {
  const services = { get: () => undefined, names: () => [] };
  const definition = Definition.parse({ id: "test", name: "Test", ...rest, steps });
  return compileDefinition(definition, TYPES, { services });
}

/**
 * An execution driven by hand: no store, no clock, no world. The log is what a store would hold.
 */
export class ExecutionHarness {
  workflow: CompiledWorkflow;
  readonly state: ExecutionState;
  readonly worklist: Worklist;
  readonly log: ExecutionEvent[] = [];
  now = NINE;

  constructor(
    compiled: CompiledWorkflow,
    variables: JsonObject = {},
    startedBy: string | null = "U0ALICE",
  ) {
    this.workflow = compiled;
    this.state = fresh(compiled, variables, startedBy);
    this.worklist = new Worklist(this.state);
    this.take([{ type: "execution_claimed", epoch: 1, worker: "w1" }]);
  }

  /** Folds events and everything that follows from them. */
  take(events: readonly ExecutionEvent[]): this {
    for (let next = events; next.length > 0; next = this.#follow()) {
      for (const event of next) this.fold(event);
    }
    return this;
  }

  /** Folds one event alone. */
  fold(event: ExecutionEvent): void {
    apply(this.state, event);
    this.worklist.note(this.state, event);
    this.log.push(event);
  }

  /** Continues with another version: to be called before its `execution_migrated` is folded. */
  switchTo(other: CompiledWorkflow): void {
    this.workflow = other;
  }

  advance(ms: number): this {
    this.now += ms;
    return this.take(this.#follow());
  }

  #follow(): readonly ExecutionEvent[] {
    return advance(this.workflow, this.state, this.worklist, this.now);
  }

  /** Ends the running attempt of a step, as the worker of the latest claim or of an older one. */
  end(stepId: string, result: ResultParts, epoch = this.state.epoch): this {
    const activeStep = this.activeStep(stepId);
    const ended = {
      path: activeStep.path,
      attempt: activeStep.attempt,
      epoch,
      result: complete(result),
    };
    return this.endAt(ended);
  }

  /** Ends an attempt at a path. */
  endAt(ended: AttemptEnded): this {
    return this.take(handleAttempt(this.workflow, this.state, ended, this.now));
  }

  signal(signal: Pick<Signal, "id" | "kind" | "payload"> & { readonly at?: number }): this {
    const whole = { executionId: "exec_1", at: this.now, ...signal };
    return this.take(handleSignal(this.workflow, this.state, whole, this.now));
  }

  vote(by: string, choice: string, at = this.now): this {
    const requestId = [...this.state.requests.keys()].at(-1) ?? "";
    const payload = { requestId, choice, by };
    return this.signal({ id: `${requestId}:${by}`, kind: "decision", payload, at });
  }

  activeStep(stepId: string): ActiveStep {
    const activeStep = [...this.state.activeSteps.values()].find((one) => one.stepId === stepId);
    if (!activeStep) throw new Error(`${stepId} is not under way`);
    return activeStep;
  }

  output(stepId: string): Json | undefined {
    return this.state.frames.get("")?.results[stepId]?.output;
  }

  types(): readonly string[] {
    return this.log.map((event) => event.type);
  }
}

/** The state at revision 0. */
export function fresh(
  compiled: CompiledWorkflow,
  variables: JsonObject = {},
  startedBy: string | null = "U0ALICE",
): ExecutionState {
  const start = {
    type: "execution_started" as const,
    executionId: "exec_1",
    workflowId: compiled.definition.id,
    workflowName: compiled.definition.name,
    version: 1,
    trigger: { type: "slash", ...(startedBy !== null && { userId: startedBy }) },
    variables,
    deadline: NINE + compiled.definition.limits.timeout,
    at: NINE,
  };
  return initialState(start, compiled.first);
}

type ResultParts = Partial<AttemptResult> & { readonly kind: "ok" | "failed" };

function complete(result: ResultParts): AttemptResult {
  if (result.kind === "ok") return { output: null, costNano: 0, ...result, kind: "ok" };
  return {
    error: { code: "service_unavailable", message: "It did not answer.", retryable: true },
    outcome: "failed",
    costNano: 0,
    ...result,
    kind: "failed",
  };
}
