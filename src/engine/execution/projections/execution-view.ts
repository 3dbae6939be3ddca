import { elapsed } from "../../../shared/duration.ts";
import type { Json, JsonObject } from "../../../shared/json.ts";
import { toDollars } from "../../../shared/money.ts";
import type {
  ErrorView,
  ExecutionSummary,
  ExecutionView,
  Omission,
  RequestView,
  RunningStep,
  StepPage,
  StepQuery,
  StepView,
  WaitView,
} from "../../api/executions.ts";
import { type CompiledWorkflow, stepAt } from "../../definition/compile.ts";
import {
  isCostUnknown,
  type ReadonlyActiveStep,
  type ReadonlyRequest,
  type ReadonlyState,
  ROOT,
  type StepResult,
} from "../../model/state.ts";
import { stepIdOf } from "../../model/step-path.ts";
import type { ExecutionRecord } from "../../ports/executions.ts";
import { waitReason } from "./execution-record.ts";
import { ViewRoom } from "./view-room.ts";

/** An execution as the bot and the API show it. A copy: it does not change with the state. */
export function toExecutionView(workflow: CompiledWorkflow, state: ReadonlyState): ExecutionView {
  const { start } = state;
  const totalCost = toDollars(state.spentNano);
  const values = fittingValues(workflow, state);
  return {
    executionId: start.executionId,
    workflowId: start.workflowId,
    workflowName: start.workflowName,
    workflowVersion: state.version,
    status: state.status,
    waitingOn:
      state.status === "waiting"
        ? [
            ...pauseWait(state),
            ...[...state.activeSteps.values()]
              .filter((step) => step.waitingOn !== "branches")
              .map((step) => toWait(state, step)),
          ]
        : [],
    currentStep: currentStep(state),
    trigger: start.trigger,
    labels: start.labels ?? {},
    report: start.report ?? null,
    startedAt: iso(start.at),
    completedAt: state.endedAt === null ? null : iso(state.endedAt),
    totalDuration: state.endedAt === null ? null : elapsed(start.at, state.endedAt),
    variables: values.variables,
    stepResults: values.stepResults,
    steps: values.steps,
    costAccumulator: totalCost,
    totalCost,
    costUnknown: isCostUnknown(state),
    output: values.output,
    error: state.error,
    errors: values.errors.filter(isFailure).map(toError),
    cancelledBy: state.cancel?.by ?? null,
    retries: state.reopened.map(({ by, at, path, edits, again }) => ({
      by,
      at: iso(at),
      fromStep: path === null ? null : stepIdOf(path),
      edits,
      again,
    })),
    migrations: state.migrations.map(({ by, at, from, to }) => ({ by, at: iso(at), from, to })),
    requests: [...state.requests.values()].map(toRequest),
    running: [...state.activeSteps.values()].map(toRunning),
    rev: state.rev,
    ...(values.omitted && { omitted: values.omitted }),
  };
}

/** The values of a view, as far as there is room for them: what a reader looks for first comes first. */
function fittingValues(workflow: CompiledWorkflow, state: ReadonlyState) {
  const room = new ViewRoom();
  const output = room.take(state.output) === null ? state.output : null;
  const [variables, missing] = fittingVariables(state.variables, room);
  const stepResults = fittingResults(state.frames.get(ROOT)?.results ?? {}, room);
  const [records, errors] = [state.steps.slice(-MAX_STEPS), state.errors.slice(-MAX_ERRORS)];
  const newestFirst = records.toReversed();
  const steps = newestFirst.map((record) => fitting(toStep(workflow, state, record), room));
  const omitted = {
    values: room.omitted,
    variables: missing,
    steps: state.steps.length - records.length,
    errors: state.errors.length - errors.length,
  };
  const isCut = omitted.values + omitted.steps + omitted.errors > 0;
  return {
    output,
    variables,
    stepResults,
    steps: steps.reverse(),
    errors,
    omitted: isCut ? omitted : null,
  };
}

/** Entries of the timeline, and errors, that a view lists: the newest. */
const MAX_STEPS = 10_000;
const MAX_ERRORS = 2000;

/** Entries of one page of the timeline, and characters of their outputs from which it takes no more. */
const PAGE_STEPS = 200;
const PAGE_LENGTH = 4_000_000;

/** A part of the timeline, with whole outputs. */
export function toStepPage(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  { after = 0, path }: StepQuery,
): StepPage {
  const steps: StepView[] = [];
  let length = 0;
  let at = after;
  for (; at < state.steps.length; at += 1) {
    if (steps.length >= PAGE_STEPS || length >= PAGE_LENGTH) break;
    const record = state.steps[at];
    if (!record || (path !== undefined && record.path !== path)) continue;
    length += JSON.stringify(record.output).length;
    steps.push(toStep(workflow, state, record));
  }
  return { steps, next: at < state.steps.length ? at : null };
}

/** A step without its output if there is no room for it. */
function fitting<Step extends { readonly output: Json }>(step: Step, room: ViewRoom) {
  const characters = room.take(step.output);
  return characters === null ? step : { ...step, output: null, outputOmitted: characters };
}

function fittingResults(
  results: Readonly<Record<string, StepResult>>,
  room: ViewRoom,
): ExecutionView["stepResults"] {
  return Object.fromEntries(
    Object.entries(results).map(([id, result]) => [id, fittingResult(result, room)]),
  );
}

/** The output of a result may stand under the name of its variable, too. */
function fittingResult(result: StepResult, room: ViewRoom): StepResult & Omission {
  const shown = fitting(result, room);
  const { output, rawOutput } = result;
  const isDouble = (name: string, value: unknown): boolean => name !== "output" && value === output;
  const doubles = Object.entries(shown).flatMap(([name, value]) =>
    isDouble(name, value) ? [name] : [],
  );
  const lost = doubles.filter(() => room.take(output) !== null);
  if (rawOutput !== undefined && room.take(rawOutput) !== null) lost.push("rawOutput");
  return { ...shown, ...Object.fromEntries(lost.map((name) => [name, null])) };
}

function fittingVariables(
  variables: JsonObject,
  room: ViewRoom,
): readonly [fitting: JsonObject, missing: readonly string[]] {
  const missing: string[] = [];
  const entries = Object.entries(variables).filter(([name, value]) => {
    const fits = room.take(value) === null;
    if (!fits) missing.push(name);
    return fits;
  });
  return [Object.fromEntries(entries), missing];
}

/** An execution as a line of a list. */
export function toExecutionSummary(record: ExecutionRecord): ExecutionSummary {
  return {
    executionId: record.executionId,
    workflowId: record.workflowId,
    workflowName: record.start.workflowName,
    workflowVersion: record.version,
    status: record.status,
    waitingOn: record.waitingOn,
    startedBy: record.start.trigger.userId ?? null,
    labels: record.start.labels ?? {},
    startedAt: iso(record.startedAt),
    completedAt: record.endedAt === null ? null : iso(record.endedAt),
    totalCost: toDollars(record.costNano),
  };
}

function currentStep(state: ReadonlyState): string | null {
  const innermost = [...state.activeSteps.values()].find((step) => step.waitingOn !== "branches");
  return innermost?.stepId ?? state.frames.get(ROOT)?.cursor ?? null;
}

/** What holds the whole execution, at the step that comes next. */
function pauseWait(state: ReadonlyState): readonly WaitView[] {
  const { paused } = state;
  if (!paused) return [];
  const stepId = currentStep(state) ?? "";
  const by = paused.by === null ? {} : { by: paused.by };
  return [{ for: paused.reason, stepId, path: "", since: iso(paused.since), until: null, ...by }];
}

function toWait(state: ReadonlyState, step: ReadonlyActiveStep): WaitView {
  return {
    for: waitReason(state, step),
    stepId: step.stepId,
    path: step.path,
    since: iso(step.startedAt),
    until: waitsUntil(state, step),
    ...(step.requestId !== null && { requestId: step.requestId }),
    ...(step.childId !== null && { executionId: step.childId }),
    ...(step.event !== null && { event: step.event }),
  };
}

/** A reminder does not end a wait. */
function waitsUntil(state: ReadonlyState, step: ReadonlyActiveStep): string | null {
  const request = state.requests.get(step.requestId ?? "");
  const until = request ? (request.opened.expiresAt ?? null) : step.due;
  return until === null ? null : iso(until);
}

function toStep(
  workflow: CompiledWorkflow,
  { formerTypes }: ReadonlyState,
  record: ReadonlyState["steps"][number],
): StepView {
  return {
    stepId: record.stepId,
    path: record.path,
    type: formerTypes.get(record.path) ?? stepAt(workflow, record.path).definition.type,
    status: record.status,
    startedAt: iso(record.startedAt),
    completedAt: iso(record.completedAt),
    duration: elapsed(record.startedAt, record.completedAt),
    cost: record.costUnknown ? null : toDollars(record.costNano),
    output: record.output,
    attempts: record.attempts,
    ...(record.usage && { tokenUsage: record.usage }),
  };
}

/** Steps that wait for their turn have not failed: `waitingOn` says that they wait. */
function isFailure({ error }: ReadonlyState["errors"][number]): boolean {
  return error.code !== "slack_limited";
}

function toError(error: ReadonlyState["errors"][number]): ErrorView {
  return {
    stepId: error.stepId,
    path: error.path,
    attempt: error.attempt,
    code: error.error.code,
    message: error.error.message,
    at: iso(error.at),
  };
}

function toRequest(request: ReadonlyRequest): RequestView {
  return {
    opened: request.opened,
    stepId: stepIdOf(request.path),
    votes: [...request.votes],
    notes: [...request.notes],
    outcome: request.outcome,
    renewedBy: request.renewedBy,
  };
}

/** A step that was never tried is at its first attempt. */
function toRunning({ stepId, path, phase, ...step }: ReadonlyActiveStep): RunningStep {
  return { stepId, path, attempt: Math.max(step.attempt - step.untried, 1), phase };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
