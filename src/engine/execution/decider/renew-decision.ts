import { asAppError } from "../../../shared/errors.ts";
import { hashJson, toJson } from "../../../shared/json.ts";
import { omitUndefined } from "../../../shared/omit-undefined.ts";
import type { CompiledStep, CompiledWorkflow } from "../../definition/compile.ts";
import { END } from "../../definition/graph.ts";
import { hasEffect, placeOf, releasePlan } from "../../definition/release-plan.ts";
import type { WakeCause } from "../../definition/step-type.ts";
import { outputVariableOf } from "../../definition/written-names.ts";
import type { ExecutionEvent, StepError } from "../../model/events.ts";
import { type DecisionVoided, type RequestOpened, timesFrom } from "../../model/requests.ts";
import type {
  ReadonlyActiveStep,
  ReadonlyFrame,
  ReadonlyRequest,
  ReadonlyState,
} from "../../model/state.ts";
import { framePath, isWithin, stepIdOf, stepPath } from "../../model/step-path.ts";
import { answerableFor } from "./answerable.ts";
import { type BrokenSeal, brokenSeal } from "./broken-seal.ts";
import { endStepWithError } from "./complete-step.ts";
import { approvalPathOf } from "./decided-requests.ts";
import { enterContext } from "./enter-context.ts";
import { executionScope } from "./execution-scope.ts";
import { sealEdits, sealOf } from "./seal.ts";

/**
 * The event that stops a step with an effect because a decision on the way to it does not hold, and
 * asks for that decision again. Pure.
 *
 * @param path - of the entry that is about to begin.
 * @returns `null`: the step may begin.
 */
export function holdBack(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  frame: ReadonlyFrame,
  path: string,
  now: number,
): DecisionVoided | null {
  const place = placeOf(workflow, path);
  const step = releasePlan(workflow).stepAt(place);
  if (!hasEffect(step)) return null;
  const broken = brokenSeal(workflow, state, frame, place);
  if (!broken) return null;
  return {
    type: "decision_voided",
    path,
    stepId: step.definition.id,
    requestId: broken.request?.opened.id ?? null,
    changed: broken.changed,
    request: askAgain(workflow, state, frame, path, broken, now),
    at: now,
  };
}

/** True for a step that waits for a decision which another step, the approval, asked for first. */
export function isHeldBack(state: ReadonlyState, activeStep: ReadonlyActiveStep): boolean {
  const request = state.requests.get(activeStep.requestId ?? "");
  return activeStep.waitingOn === "approval" && request?.opened.seal?.from !== undefined;
}

/**
 * What follows for a step that was held back: nothing as long as there is no decision; then it begins,
 * is asked for once more, or is left out, as the decision says. Pure.
 */
export function resolveHeldBack(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  activeStep: ReadonlyActiveStep,
  cause: WakeCause,
  now: number,
): readonly ExecutionEvent[] {
  const { path } = activeStep;
  const request = state.requests.get(activeStep.requestId ?? "");
  const frame = state.frames.get(activeStep.frame);
  if (!request || !frame) return [];
  const approval = releasePlan(workflow).stepAt(placeOf(workflow, approvalPathOf(request)));
  if (request.outcome === null) {
    const wake = approval.program.wake?.(activeStep, request, cause, now);
    if (wake?.kind !== "complete") return [];
    const requestId = request.opened.id;
    const edits = wake.edited?.values;
    return [
      ...sealEdits(workflow, state, path, request, edits, now),
      {
        type: "decision_renewed",
        path,
        requestId,
        output: wake.output,
        ...omitUndefined({ edits }),
        at: now,
      },
    ];
  }
  const own = ownRoute(workflow, state, approval, path, request);
  if (own === undefined && isReleased(workflow, path, request))
    return [askNext(workflow, state, frame, path, now)];
  return leaveOut(workflow, path, request, own, now);
}

/** Another decision, or the step begins. */
function askNext(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  frame: ReadonlyFrame,
  path: string,
  now: number,
): ExecutionEvent {
  const released = { type: "step_released", path, at: now } as const;
  try {
    return holdBack(workflow, state, frame, path, now) ?? released;
  } catch {
    // What cannot be asked fails in the same way when the step is entered, and is recorded there.
    return released;
  }
}

function isReleased(
  workflow: CompiledWorkflow,
  path: string,
  { opened, outcome }: ReadonlyRequest,
): boolean {
  const place = placeOf(workflow, path);
  const release = opened.seal?.releases.find((one) => one.place === place);
  return release?.choices.includes(outcome?.decision ?? "") === true;
}

/**
 * Where another choice than before leads by the approval's routes, if they can be followed from here.
 *
 * @returns nothing for the choice that led here, and for one that leads straight to the step.
 */
function ownRoute(
  workflow: CompiledWorkflow,
  { requests }: ReadonlyState,
  approval: CompiledStep,
  path: string,
  request: ReadonlyRequest,
): string | undefined {
  const isSameBody =
    framePath(placeOf(workflow, approvalPathOf(request))) === framePath(placeOf(workflow, path));
  if (!isSameBody) return undefined;
  const decision = request.outcome?.decision ?? "";
  const before = requests.get(request.opened.renews?.requestId ?? "")?.outcome?.decision;
  const next = approval.routes.get(decision);
  const leadsHere = decision === before || before === undefined || next === stepIdOf(path);
  return leadsHere && isReleased(workflow, path, request) ? undefined : next;
}

function leaveOut(
  workflow: CompiledWorkflow,
  path: string,
  request: ReadonlyRequest,
  next: string | undefined,
  now: number,
): readonly ExecutionEvent[] {
  const step = releasePlan(workflow).stepAt(placeOf(workflow, path));
  const error: StepError = {
    code: "not_released",
    message: describeRefusal(request, step.definition.name ?? step.definition.id),
    retryable: false,
  };
  if (next === undefined) return endStepWithError(step, path, error, { costNano: 0 }, now);
  const stepId = step.definition.id;
  return [
    {
      type: "step_skipped",
      path,
      stepId,
      error,
      costNano: 0,
      ...omitUndefined({ outputVariable: outputVariableOf(step) }),
      next: next === END ? null : next,
      at: now,
    },
  ];
}

function describeRefusal({ outcome, opened, votes }: ReadonlyRequest, step: string): string {
  const decision = outcome?.decision ?? "";
  if (decision === "expired")
    return `"${step}" was not done: its values had changed, and the new ones were not decided on in time.`;
  const label = opened.choices.find(({ id }) => id === decision)?.label ?? decision;
  const vote = votes.findLast(({ choice }) => choice === decision);
  const by = vote ? ` by <@${vote.by}>` : "";
  const why = vote?.comment === undefined ? "" : ` (${vote.comment})`;
  return `"${step}" was not done: its values had changed, and the answer to the new ones was "${label}"${by}${why}.`;
}

/** The same question once more, about what is known now. */
function askAgain(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  frame: ReadonlyFrame,
  path: string,
  { request, approval, changed }: BrokenSeal,
  now: number,
): RequestOpened {
  const entry = request ? approvalPathOf(request) : entryFor(approval, frame);
  const from = placeOf(workflow, path);
  const earlier = [...state.requests.values()].filter(
    (one) => approvalPathOf(one) === entry,
  ).length;
  const round = earlier + 1;
  const seal = sealOf(workflow, state, { approval: entry, frame, from });
  const question = questionOf(workflow, state, frame, entry, request, now);
  const id = `${state.start.executionId}/${path}:for:${entry}:${round}`;
  const renews = { requestId: request?.opened.id ?? null, changed };
  const asked = { ...question, id, round, seal, renews, openedAt: now };
  return { ...asked, hash: hashJson(toJson(asked)).slice(0, 16) };
}

/** The entry of an approval that was never asked: where it would have been, in this body or around it. */
function entryFor(approval: string, frame: ReadonlyFrame): string {
  const depth = approval.split("/").length - 1;
  const body = frame.path.split("/").slice(0, depth).join("/");
  return stepPath(body, stepIdOf(approval), 1);
}

/** As the approval step asks it now; as it was asked, where its body is over or it cannot ask any more. */
function questionOf(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  frame: ReadonlyFrame,
  entry: string,
  request: ReadonlyRequest | null,
  now: number,
): RequestOpened {
  const body = framePath(entry);
  const around = state.frames.get(body);
  const isAround = body === "" || body === frame.path || isWithin(frame.path, body);
  try {
    if (around && isAround) {
      const { program } = releasePlan(workflow).stepAt(placeOf(workflow, entry));
      const entered = program.enter(enterContext(workflow, state, around, entry, now));
      if (entered.kind === "wait" && entered.request) return entered.request;
    }
  } catch (error) {
    if (!request) throw asAppError(error);
  }
  if (!request) throw new Error(`The approval at ${entry} cannot be asked from ${frame.path}.`);
  const { opened } = request;
  const { read } = executionScope(state, frame, "");
  const editable = opened.editable?.map((field) => ({
    ...field,
    value: read(["variables", field.name]) ?? null,
  }));
  return {
    ...opened,
    ...timesFrom(opened, now),
    ...exclusionsNow(state, opened),
    ...omitUndefined({ editable }),
  };
}

/** Who has changed the run since may not decide, either. */
function exclusionsNow(
  state: ReadonlyState,
  { excluded, exclusions = [] }: RequestOpened,
): Pick<RequestOpened, "excluded" | "exclusions"> {
  // Whether the starter may decide was settled when it was asked first.
  const added = answerableFor(state).filter(({ why }) => why !== "started");
  const people = new Set([...excluded, ...added.map(({ person }) => person)]);
  return { excluded: [...people], exclusions: [...exclusions, ...added] };
}
