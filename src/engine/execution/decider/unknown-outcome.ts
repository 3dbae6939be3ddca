import { hashJson, toJson } from "../../../shared/json.ts";
import { type CompiledWorkflow, stepAt } from "../../definition/compile.ts";
import type {
  AttemptCost,
  ExecutionEvent,
  OutcomeChoice,
  OutcomeTold,
  StepError,
} from "../../model/events.ts";
import type { Choice, RequestOpened } from "../../model/requests.ts";
import type { ReadonlyActiveStep, ReadonlyState } from "../../model/state.ts";
import { completeStep, endStepWithError } from "./complete-step.ts";

const CHOICES: readonly (Choice & { readonly id: OutcomeChoice })[] = [
  { id: "happened", label: "It happened", style: "primary" },
  { id: "again", label: "Do it again" },
  { id: "fail", label: "Fail the step", style: "danger" },
];

/**
 * The event that asks the run's owner what became of an attempt. Pure.
 *
 * @returns `null` when no person can be asked: the run has no owner, or it is being cancelled.
 */
export function askAboutOutcome(
  state: ReadonlyState,
  activeStep: ReadonlyActiveStep,
  error: StepError,
  cost: AttemptCost,
  now: number,
): ExecutionEvent | null {
  const owner = state.start.trigger.userId;
  if (owner === undefined || state.cancel) return null;
  const { path, attempt } = activeStep;
  const request = toRequest(state, activeStep, owner, error, now);
  return { type: "outcome_asked", path, attempt, error, request, ...cost, at: now };
}

function toRequest(
  state: ReadonlyState,
  { path, key, stepId, attempt }: ReadonlyActiveStep,
  owner: string,
  { message }: StepError,
  now: number,
): RequestOpened {
  const earlier = [...state.requests.values()].filter((request) => request.path === path);
  const round = earlier.length + 1;
  const asked = {
    id: `${key}:doubt:${round}`,
    round,
    title: `Did step "${stepId}" have its effect?`,
    message,
    approvers: [owner],
    required: 1,
    choices: CHOICES,
    doubt: { stepId, attempt },
  };
  const hash = hashJson(toJson(asked)).slice(0, 16);
  return { ...asked, hash, excluded: [], openedAt: now };
}

/** What the person's choice leads to; nothing as long as there is none. Pure. */
export function resolveOutcome(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  activeStep: ReadonlyActiveStep,
  now: number,
): readonly ExecutionEvent[] {
  const request = state.requests.get(activeStep.requestId ?? "");
  const vote = request?.votes[0];
  const choice = CHOICES.find(({ id }) => id === vote?.choice)?.id;
  if (!request || !vote || !choice || !activeStep.unknownOutcome) return [];
  const { path } = activeStep;
  const { by } = vote;
  const requestId = request.opened.id;
  const resolution: OutcomeTold = { type: "outcome_told", path, requestId, by, choice, at: now };
  if (choice === "again") return [resolution];
  const step = stepAt(workflow, path);
  const free = { costNano: 0 };
  if (choice === "fail")
    return [
      resolution,
      ...endStepWithError(step, path, activeStep.unknownOutcome, free, now, true),
    ];
  const output = { confirmedBy: by, confirmedAt: new Date(vote.at).toISOString() };
  return [resolution, ...completeStep(step, path, output, free, now)];
}
