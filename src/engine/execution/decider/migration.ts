import { asAppError } from "../../../shared/errors.ts";
import { hashJson, toJson } from "../../../shared/json.ts";
import {
  type CompiledStep,
  type CompiledWorkflow,
  findStep,
  stepAt,
} from "../../definition/compile.ts";
import type { Entry } from "../../definition/step-type.ts";
import { parsePromptRef } from "../../language/prompt-ref.ts";
import type { Answerable } from "../../model/answerable.ts";
import type { ExecutionMigrated } from "../../model/control.ts";
import type { ExecutionEvent, WaitReason } from "../../model/events.ts";
import type { RequestOpened } from "../../model/requests.ts";
import {
  isFinished,
  type ReadonlyActiveStep,
  type ReadonlyFrame,
  type ReadonlyState,
} from "../../model/state.ts";
import { lastSegment, stepPath } from "../../model/step-path.ts";
import type { Signal } from "../../ports/executions.ts";
import { readAnswerable } from "./answerable.ts";
import { enterContext } from "./enter-context.ts";
import { isHeldBack } from "./renew-decision.ts";

/** A version of the execution's workflow. */
export interface NextVersion {
  readonly version: number;
  readonly workflow: CompiledWorkflow;
}

/** The version with which an execution is to continue. */
export interface Target extends NextVersion {
  /** Who moves it there, and who else answers for that: they may not decide what is asked anew. */
  readonly by: string;
  readonly answerable: readonly Answerable[];
}

/**
 * What the version changes of an execution; or why it cannot continue with it, as the end of a
 * sentence.
 */
export type MigrationPlan =
  | ({ readonly fits: true } & Pick<ExecutionMigrated, "asked" | "formerTypes" | "prompts">)
  | { readonly fits: false; readonly reason: string };

type Asked = ExecutionMigrated["asked"][number];

/**
 * Says whether a waiting execution can continue with another version: nothing is in flight, and
 * what it stands at is found there at the same place with the same type. Pure; changes nothing.
 */
export function planMigration(
  from: CompiledWorkflow,
  to: Target,
  state: ReadonlyState,
  now: number,
): MigrationPlan {
  const reason = whyNotReleased(state) ?? whyNotAtAll(state) ?? whyNotHere(from, to, state);
  if (reason !== null) return { fits: false, reason };
  const asked: Asked[] = [];
  for (const activeStep of state.activeSteps.values()) {
    if (activeStep.waitingOn === "branches") continue;
    const renewed = renewWait(to, state, activeStep, now);
    if (typeof renewed === "string") return { fits: false, reason: renewed };
    if (renewed) asked.push({ path: activeStep.path, request: renewed });
  }
  return {
    fits: true,
    asked,
    ...formerTypes(from, to.workflow, state),
    ...newPrompts(to.workflow, state),
  };
}

/**
 * Says which events follow from a request to continue with another version: checked when it is
 * folded, so it happens once. Pure.
 */
export function handleMigration(
  from: CompiledWorkflow,
  next: NextVersion,
  state: ReadonlyState,
  signal: Signal,
  now: number,
): readonly ExecutionEvent[] {
  const { id: signalId, payload } = signal;
  if (state.seen.has(signalId)) return [];
  const by = typeof payload["by"] === "string" ? payload["by"] : "unknown";
  const answerable = readAnswerable(payload);
  const to = { ...next, by, answerable };
  const plan = state.version === to.version ? null : planMigration(from, to, state, now);
  if (!plan?.fits) return [{ type: "signal_received", signalId, at: now }];
  const { fits: _fits, ...change } = plan;
  return [
    {
      type: "execution_migrated",
      version: to.version,
      ...change,
      by,
      ...(answerable.length > 0 && { answerable }),
      signalId,
      at: now,
    },
  ];
}

function whyNotReleased({ start }: ReadonlyState): string | null {
  return start.parent?.released === true
    ? "a decision in the run that started it has released it as it is"
    : null;
}

function whyNotAtAll(state: ReadonlyState): string | null {
  if (isFinished(state.status)) return `it is over (${state.status})`;
  if (state.cancel) return "it is being cancelled";
  if (state.paused?.reason === "slot") return "it waits in line for its turn";
  const [given] = state.abandonedAttempts.keys();
  if (given !== undefined)
    return `an attempt of step "${stepIdIn(given)}" that was given up is still under way`;
  for (const activeStep of state.activeSteps.values()) {
    const what =
      activeStep.phase === "waiting"
        ? WAITS[activeStep.waitingOn ?? "timer"]
        : PHASES[activeStep.phase];
    if (what !== undefined) return `step "${activeStep.stepId}" ${what}`;
  }
  return state.status === "waiting" ? null : "it does not wait for anything";
}

const PHASES = { running: "is under way", retrying: "is about to be tried again" } as const;

/** Waits that belong to an attempt which has begun. */
const WAITS: Readonly<Partial<Record<WaitReason | "branches", string>>> = {
  budget: "waits for budget",
  person: "waits for a person to say whether it had its effect",
  child: "waits for the end of another run",
};

function whyNotHere(from: CompiledWorkflow, to: Target, state: ReadonlyState): string | null {
  for (const { path, stepId, waitingOn, items } of state.activeSteps.values()) {
    const reason =
      whyNotSame(from, to, path, stepId) ??
      (waitingOn !== "branches"
        ? null
        : items
          ? whyNotItems(stepAt(from, path), stepAt(to.workflow, path), to, items.firstFailed)
          : whyNotBranches(stepAt(to.workflow, path), to, branchesOf(state, path)));
    if (reason !== null) return reason;
  }
  for (const { path, cursor, status } of state.frames.values()) {
    if (status !== "open" || cursor === null) continue;
    const reason = whyNotSame(from, to, stepPath(path, cursor, 1), cursor);
    if (reason !== null) return reason;
  }
  return null;
}

function whyNotSame(
  from: CompiledWorkflow,
  { workflow, version }: Target,
  path: string,
  stepId: string,
): string | null {
  const step = findStep(workflow, path);
  if (!step) return `it stands at step "${stepId}", and version ${version} has no such step there`;
  const { type } = stepAt(from, path).definition;
  if (step.definition.type === type) return null;
  return `it stands at step "${stepId}", which is of type ${type}, and in version ${version} of type ${step.definition.type}`;
}

/**
 * Bodies of items that are yet to be opened are given their item under the name that the step began
 * with.
 */
function whyNotItems(
  before: CompiledStep,
  { definition }: CompiledStep,
  { version }: Target,
  firstFailed: number | null,
): string | null {
  const { id, config } = definition;
  if (firstFailed !== null) return `item ${firstFailed} of step "${id}" failed`;
  return config["as"] === before.definition.config["as"]
    ? null
    : `step "${id}" names its items differently ("as") in version ${version}`;
}

function whyNotBranches(
  { definition, bodies }: CompiledStep,
  { version }: Target,
  frames: readonly ReadonlyFrame[],
): string | null {
  const failed = frames.find(({ status }) => status === "failed");
  if (failed) return `branch "${lastSegment(failed.path)}" of step "${definition.id}" failed`;
  const isSame =
    bodies.size === frames.length && frames.every(({ path }) => bodies.has(lastSegment(path)));
  return isSame ? null : `step "${definition.id}" has other branches in version ${version}`;
}

function branchesOf(
  { activeSteps, frames }: ReadonlyState,
  path: string,
): readonly ReadonlyFrame[] {
  return [...(activeSteps.get(path)?.frames ?? [])].flatMap((branch) => frames.get(branch) ?? []);
}

/**
 * @returns the request that replaces the step's own, `null` if it has none; a text: why the wait
 *   cannot continue.
 */
function renewWait(
  to: Target,
  state: ReadonlyState,
  activeStep: ReadonlyActiveStep,
  now: number,
): RequestOpened | string | null {
  const { workflow, version } = to;
  const { path, stepId, key } = activeStep;
  const frame = state.frames.get(activeStep.frame);
  if (isHeldBack(state, activeStep))
    return `step "${stepId}" waits for a decision that is asked again`;
  if (!frame || (activeStep.due !== null && activeStep.due <= now))
    return `the wait of step "${stepId}" is just over`;
  try {
    const context = enterContext(workflow, moved(state, to, now), frame, path, now);
    const entry = stepAt(workflow, path).program.enter(context);
    if (!isSameWait(entry, activeStep))
      return `step "${stepId}" waits for something else in version ${version}`;
    if (!entry.request) return null;
    const round = (state.requests.get(activeStep.requestId ?? "")?.opened.round ?? 0) + 1;
    return reseal(entry.request, `${key}:round:${round}`, round);
  } catch (error) {
    return `step "${stepId}" cannot ask in version ${version}: ${asAppError(error).message}`;
  }
}

/** The state as what is asked anew sees it. */
function moved(
  state: ReadonlyState,
  { version, by, answerable }: Target,
  at: number,
): ReadonlyState {
  const migration = { by, at, from: state.version, to: version, answerable };
  return { ...state, version, migrations: [...state.migrations, migration] };
}

function isSameWait(
  entry: Entry,
  activeStep: ReadonlyActiveStep,
): entry is Extract<Entry, { readonly kind: "wait" }> {
  return (
    entry.kind === "wait" &&
    entry.on === activeStep.waitingOn &&
    (entry.event ?? null) === activeStep.event
  );
}

/** The same question as another round: no button of an earlier one fits it. */
function reseal(request: RequestOpened, id: string, round: number): RequestOpened {
  const { hash: before } = request;
  const hash = hashJson(toJson({ before, id, round })).slice(0, 16);
  return { ...request, id, round, hash };
}

function formerTypes(
  from: CompiledWorkflow,
  to: CompiledWorkflow,
  state: ReadonlyState,
): Pick<ExecutionMigrated, "formerTypes"> {
  const types: Record<string, string> = {};
  for (const { path } of state.steps) {
    if (state.formerTypes.has(path)) continue;
    const { type } = stepAt(from, path).definition;
    if (findStep(to, path)?.definition.type !== type) types[path] = type;
  }
  return Object.keys(types).length > 0 ? { formerTypes: types } : {};
}

function newPrompts(
  { prompts }: CompiledWorkflow,
  state: ReadonlyState,
): Pick<ExecutionMigrated, "prompts"> {
  const added: Record<string, number> = {};
  for (const [ref, { name, version }] of prompts ?? []) {
    const isAssigned = parsePromptRef(ref).version === null;
    if (isAssigned && !Object.hasOwn(state.prompts, name)) added[name] = version;
  }
  return Object.keys(added).length > 0 ? { prompts: added } : {};
}

/** Of `path:attempt`. */
function stepIdIn(attempt: string): string {
  return lastSegment(attempt).replace(/#.*$/, "");
}
