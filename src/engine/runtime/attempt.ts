import { AppError, asAppError } from "../../shared/errors.ts";
import type { Json, JsonObject } from "../../shared/json.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { type CompiledStep, type CompiledWorkflow, stepAt } from "../definition/compile.ts";
import type { AttemptContext, AttemptResult } from "../definition/step-type.ts";
import type { AttemptEnded } from "../execution/decider/handle-signal.ts";
import { costOfCalls } from "../execution/projections/call-costs.ts";
import { sensitiveOf } from "../execution/projections/sensitive.ts";
import type { AttemptCost, Trigger } from "../model/events.ts";
import type { ReadonlyActiveStep, ReadonlyState } from "../model/state.ts";
import type { CallRecord } from "../ports/calls.ts";
import { type Clock, pause } from "../ports/clock.ts";
import type { RunFiles } from "../ports/files.ts";
import type { Logger } from "../ports/logger.ts";
import type { ModelClient } from "../ports/model.ts";
import type { ServiceRegistry } from "../ports/service.ts";
import type { Store } from "../ports/store.ts";
import type { Files } from "./files.ts";
import type { ChildHooks } from "./hooks.ts";
import { retryWhileUnavailable } from "./store-retry.ts";

/** The outside world as attempts see it. */
export interface AttemptPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly services: ServiceRegistry;
  readonly model: ModelClient;
  readonly revealSecrets: (params: JsonObject) => JsonObject;
  readonly hideSecrets: (text: string) => string;
  readonly maskSecrets?: (value: Json) => Json;
  readonly children: ChildHooks;
  readonly files: Pick<Files, "of" | "admit">;
  /** @default there are no budgets */
  readonly budgets?: BudgetCheck;
  /** For what a step type threw although it should not: a defect. */
  readonly logger: Logger;
}

export interface BudgetCheck {
  /** Why no money may be spent on a workflow or for a person now; `null`: it may. */
  refusal(spender: {
    readonly workflowId: string;
    readonly person: string | undefined;
  }): Promise<AppError | null>;
}

/** How long an aborted attempt may take to end, in milliseconds; then its outcome is unknown. */
const ABORT_GRACE_MS = 5000;

/**
 * Runs one attempt of a step and calls `done` once, whatever happens: with the result, with an error, or, when the step
 * does not react to its time-out, with an unknown outcome.
 *
 * @returns a function that aborts the attempt.
 */
export function runAttempt(
  ports: AttemptPorts,
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  act: ReadonlyActiveStep,
  done: (ended: AttemptEnded) => void,
): () => void {
  const { path, attempt, epoch } = act;
  const step = stepAt(workflow, act.path);
  const timeoutMs = step.definition.timeoutMs ?? step.program.timeoutMs;
  const spending = new Spending(act);
  const controller = new AbortController();
  const context: AttemptContext = {
    ...contextOf(ports, state, act, { step, spending, signal: controller.signal }),
    hideSensitive: (value) => sensitiveOf(workflow.definition, state)?.value(value) ?? value,
  };

  let over = false;
  const end = (result: AttemptResult): void => {
    if (over) return;
    over = true;
    cancelTimeout();
    done({ path, attempt, epoch, result: { ...result, ...spending.cost(result) } });
  };
  const timedOut = timeoutError(act.stepId, timeoutMs);
  const cancelTimeout = ports.clock.after(timeoutMs, () => abort(timedOut));
  const abort = (reason: AppError): void => {
    if (over || controller.signal.aborted) return;
    controller.abort(reason);
    ports.clock.after(ABORT_GRACE_MS, () => end(failed(reason, spending.mayBeUnknown)));
  };

  const params = act.params;
  // In a turn of its own: `done` must never be called before this function has returned.
  void Promise.resolve()
    .then(() => (mayBeRefused(act) ? refusalOf(ports, state) : null))
    .then((refusal) => {
      if (refusal) return failed(refusal, false);
      if (!step.program.run) throw new Error(`${act.stepId} cannot run`);
      return step.program.run(params, context);
    })
    .then(end, (error: unknown) => {
      const { executionId } = state.start;
      if (!(error instanceof AppError))
        ports.logger.error({ err: error, executionId, path }, "a step threw an unexpected error");
      end(failed(asAppError(error), spending.mayBeUnknown));
    });
  return () => abort(abortedError());
}

async function refusalOf(
  { budgets }: AttemptPorts,
  { start }: ReadonlyState,
): Promise<AppError | null> {
  const { workflowId, trigger } = start;
  return (await budgets?.refusal({ workflowId, person: trigger.userId })) ?? null;
}

/** A repeat may have spent money already: it is finished, so that its costs are recorded. */
function mayBeRefused({ reservedNano, recoveries }: ReadonlyActiveStep): boolean {
  return reservedNano > 0 && recoveries === 0;
}

/** What the attempt of a step is given. */
function contextOf(
  ports: AttemptPorts,
  state: ReadonlyState,
  act: ReadonlyActiveStep,
  own: {
    readonly step: CompiledStep;
    readonly spending: Spending;
    readonly signal: AbortSignal;
  },
): AttemptContext {
  const { step, spending, signal } = own;
  return {
    idempotencyKey: act.key,
    executionId: state.start.executionId,
    workflowId: state.start.workflowId,
    stepId: act.stepId,
    startedAt: state.start.at,
    attempt: act.attempt,
    ...omitUndefined({ startedBy: starterOf(state.start.trigger) }),
    signal,
    files: filesOf(ports, state.start.executionId, signal),
    services: ports.services,
    model: ports.model,
    now: () => ports.clock.now(),
    pause: (ms) => pause(ports.clock, ms, signal),
    revealSecrets: ports.revealSecrets,
    hideSecrets: ports.hideSecrets,
    ...omitUndefined({ maskSecrets: ports.maskSecrets }),
    recordCall: async (call) => {
      // First, since the record may be stored although the write was not confirmed.
      spending.recorded(call);
      await retryWhileUnavailable(
        ports.clock,
        () => ports.store.calls.insert(call),
        () => signal.aborted,
      );
    },
    findCall: async (id) => {
      const read = () => ports.store.calls.get(id);
      return spending.found(await retryWhileUnavailable(ports.clock, read, () => signal.aborted));
    },
    prepareChild: (request) => ports.children.prepare(state.start, request),
    recoveries: act.recoveries,
    unknownBefore: act.unknownBefore,
    ...omitUndefined({ onUnknown: step.definition.onUnknown }),
  };
}

/** The person who started a run. A bot that did so is none. */
function starterOf({ userId, isBot }: Trigger): string | undefined {
  return isBot === true ? undefined : userId;
}

/** What a call gave is kept although the store does not answer for a while: the call may have had its effect. */
function filesOf(
  { files, clock }: AttemptPorts,
  executionId: string,
  signal: AbortSignal,
): RunFiles {
  const own = files.of(executionId);
  const persist = <T>(call: () => Promise<T>): Promise<T> =>
    retryWhileUnavailable(clock, call, () => signal.aborted);
  return {
    maxBytes: own.maxBytes,
    write: (file, bytes) => persist(() => own.write(file, bytes)),
    read: (file) => persist(() => own.read(file)),
  };
}

/** What an attempt spends, by the calls that are recorded: they are what its costs have to agree with. */
class Spending {
  /** An attempt that costs money and ends without a result has spent an unknown amount. */
  readonly mayBeUnknown: boolean;
  readonly #calls: CallRecord[] = [];

  constructor({ reservedNano }: ReadonlyActiveStep) {
    this.mayBeUnknown = reservedNano > 0;
  }

  recorded(call: CallRecord): void {
    this.#calls.push(call);
  }

  /** A call that an earlier process recorded. */
  found(call: CallRecord | null): CallRecord | null {
    if (call) this.#calls.push(call);
    return call;
  }

  cost(reported: AttemptCost): AttemptCost {
    const counted = this.#calls.length > 0 ? costOfCalls(this.#calls) : {};
    const { costNano, costUnknown } = reported;
    return { costNano, ...counted, ...(costUnknown && { costUnknown: true }) };
  }
}

function failed(error: AppError, costUnknown: boolean): AttemptResult {
  return {
    kind: "failed",
    error: { code: error.code, message: error.message, retryable: error.retryable },
    outcome: error.outcomeUnknown ? "unknown" : "failed",
    ...omitUndefined({ retryAfterMs: error.retryAfterMs }),
    costNano: 0,
    ...(costUnknown && { costUnknown }),
  };
}

function timeoutError(stepId: string, timeoutMs: number): AppError {
  return new AppError({
    code: "step_timeout",
    message: `Step "${stepId}" gave no answer within ${timeoutMs} ms. Raise its timeoutMs if it needs longer.`,
    retryable: true,
    outcomeUnknown: true,
  });
}

function abortedError(): AppError {
  return new AppError({
    code: "outcome_unknown",
    message: "The step was stopped while it ran; whether it had its effect is not known.",
    outcomeUnknown: true,
  });
}
