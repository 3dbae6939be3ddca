import { hashJson, toJson } from "../../../shared/json.ts";
import { formatDollars, NANO_PER_DOLLAR, toDollars, toNano } from "../../../shared/money.ts";
import { omitUndefined } from "../../../shared/omit-undefined.ts";
import { type CompiledWorkflow, stepAt } from "../../definition/compile.ts";
import type {
  BudgetChanged,
  BudgetRequested,
  ExecutionEvent,
  StepError,
} from "../../model/events.ts";
import type { BudgetAsked, Choice, RequestOpened } from "../../model/requests.ts";
import type { ReadonlyActiveStep, ReadonlyState } from "../../model/state.ts";
import { applyChange } from "../reducer/apply-requests.ts";

/** An attempt that wants to begin. */
export interface WantedAttempt {
  readonly path: string;
  readonly stepId: string;
  readonly attempt: number;
  /** Worst price of one attempt; 0: it costs nothing, or its price is not known. */
  readonly reserveNano: number;
  /** As `step_started` has them; the step's own when it was entered before. */
  readonly params?: BudgetRequested["params"];
  readonly paramsHash?: string;
}

/**
 * May an attempt begin now? `later`: not beside what is under way, perhaps when that has turned out
 * cheaper than it might.
 */
export type Admission = "now" | "later" | "none";

/** What follows at a place; `blocked`: nothing until there may be more room under the cost cap. */
export type NextEvents = readonly ExecutionEvent[] | "blocked";

/**
 * The most that the execution may spend, in nano-dollars. This file decides whether an attempt
 * fits; `reducer/apply-costs.ts` keeps the sums, and `costs/budgets.ts` has the monthly budgets,
 * which are another rule.
 *
 * @internal exported for its test
 */
export function capOf(workflow: CompiledWorkflow, state: ReadonlyState): number {
  const own = toNano(workflow.definition.limits.maxCostUsd);
  return Math.min(own, state.start.capNano ?? own) + state.addedNano;
}

/** What of the cap is neither spent nor reserved. Never negative. */
export function leftNano(workflow: CompiledWorkflow, state: ReadonlyState): number {
  return Math.max(capOf(workflow, state) - committed(state), 0);
}

function committed(state: ReadonlyState): number {
  return state.spentNano + state.unknownNano + state.reservedNano;
}

/**
 * Whether a worst price fits under the cap. As long as every attempt begins with room for its worst
 * price, no order of results takes the execution past the cap.
 */
export function admit(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  { path, reserveNano }: Pick<WantedAttempt, "path" | "reserveNano">,
): Admission {
  const available = leftNano(workflow, state);
  if (reserveNano <= available) return "now";
  return reserveNano <= available + settlingNano(state, path) ? "later" : "none";
}

/**
 * Whether a run that a step starts may begin now with what it is allotted: all that is left, up to
 * its cap. It waits as long as something else holds money that it might get when that has settled:
 * other runs, attempts under way.
 *
 * @param capNano - most that it may cost; 0: it waits for nothing.
 */
export function admitChild(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  capNano: number,
): Exclude<Admission, "none"> {
  const isShort = capNano > leftNano(workflow, state);
  return isShort && state.reservedNano > 0 ? "later" : "now";
}

/**
 * What is reserved for attempts whose results are under way; not what a waiting step keeps for
 * itself or for a run that it started.
 */
function settlingNano(state: ReadonlyState, except: string): number {
  let sum = 0;
  for (const activeStep of state.activeSteps.values()) {
    if (activeStep.phase === "running" && activeStep.path !== except)
      sum += activeStep.reservedNano;
  }
  for (const nano of state.abandonedAttempts.values()) sum += nano;
  return sum;
}

/**
 * What follows when there is no room for an attempt: it waits and the owner is asked, or the
 * execution ends, because its definition says so or because it has no owner.
 */
export function askForBudget(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  wanted: WantedAttempt,
  now: number,
): ExecutionEvent {
  const asked = figures(workflow, state, wanted, now);
  const owner = state.start.trigger.userId;
  if (owner === undefined || workflow.definition.limits.onCostCap === "fail") {
    const message = `${describe(asked)} The model was not called. Raise limits.maxCostUsd or use a cheaper model.`;
    const error: StepError = { code: "cost_cap_reached", message, retryable: false };
    return { type: "execution_failed", error, at: now };
  }
  const { path, stepId, attempt, reserveNano, params, paramsHash } = wanted;
  return {
    type: "budget_requested",
    path,
    stepId,
    attempt,
    ...omitUndefined({ params, paramsHash }),
    reserveNano,
    request: openRequest(state, path, owner, asked, now),
    at: now,
  };
}

function figures(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  { path, stepId, reserveNano, params }: WantedAttempt,
  now: number,
): BudgetAsked {
  const capNano = capOf(workflow, state);
  const shortNano = committed(state) + reserveNano - capNano;
  const known = params ?? state.activeSteps.get(path)?.params ?? {};
  const cheaper = stepAt(workflow, path).program.cheaper?.(known, now) ?? null;
  const isEnough = cheaper !== null && cheaper.reserveNano <= leftNano(workflow, state);
  return {
    stepId,
    capNano,
    spentNano: state.spentNano,
    heldNano: state.unknownNano + state.reservedNano,
    neededNano: reserveNano,
    // Whole dollars, and enough: who agrees once must not be asked again at once.
    addNano: Math.max(Math.ceil(toDollars(shortNano)), 1) * NANO_PER_DOLLAR,
    ...(isEnough && { cheaper }),
  };
}

function openRequest(
  state: ReadonlyState,
  path: string,
  owner: string,
  budget: BudgetAsked,
  now: number,
): RequestOpened {
  const key = `${state.start.executionId}/${path}`;
  const ofStep = [...state.requests.values()].filter(({ opened }) => opened.budget);
  const round = ofStep.filter((request) => request.path === path).length + 1;
  const asked = {
    id: `${key}:budget:${round}`,
    round,
    title: `The run has reached its cost cap of ${formatDollars(budget.capNano)}`,
    message: describe(budget),
    approvers: [owner],
    required: 1,
    choices: choicesFor(budget),
    budget,
  };
  return {
    ...asked,
    hash: hashJson(toJson(asked)).slice(0, 16),
    excluded: [],
    openedAt: now,
  };
}

function choicesFor({ addNano, cheaper }: BudgetAsked): readonly Choice[] {
  return [
    { id: "add", label: `Add $${toDollars(addNano)}`, style: "primary" },
    ...(cheaper ? [{ id: "cheaper", label: `Use ${cheaper.model}`.slice(0, 75) }] : []),
    { id: "stop", label: "Stop and keep results", style: "danger" },
  ];
}

/** What follows for an attempt that waits for budget: the owner chose, or there is room by now. */
export function resolveBudgetDecision(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  activeStep: ReadonlyActiveStep,
  now: number,
): NextEvents {
  const chosen = resolveBudget(state, activeStep, now);
  if (chosen.length > 0 || activeStep.requestId === null) return chosen;
  if (admit(workflow, state, activeStep) !== "now") return "blocked";
  return [
    {
      type: "budget_changed",
      path: activeStep.path,
      requestId: activeStep.requestId,
      choice: "room",
      at: now,
    },
  ];
}

/** What the owner's choice leads to. */
export function resolveBudget(
  state: ReadonlyState,
  activeStep: ReadonlyActiveStep,
  now: number,
): readonly ExecutionEvent[] {
  const request = state.requests.get(activeStep.requestId ?? "");
  const vote = request?.votes[0];
  const budget = request?.opened.budget;
  if (!vote || !budget || request.outcome) return [];
  const { by } = vote;
  const change = {
    type: "budget_changed",
    path: activeStep.path,
    requestId: request.opened.id,
    by,
  } as const;
  if (vote.choice === "stop") {
    const signalId = `${request.opened.id}:stop`;
    return [
      { ...change, choice: "stop", at: now },
      { type: "execution_cancel_requested", by, signalId, at: now },
    ];
  }
  if (vote.choice === "cheaper" && budget.cheaper)
    return [{ ...change, ...toCheaper(activeStep, budget.cheaper), at: now }];
  if (vote.choice !== "add") return [];
  return [{ ...change, choice: "add", addedNano: budget.addNano, at: now }];
}

function toCheaper(
  activeStep: ReadonlyActiveStep,
  { change, reserveNano }: NonNullable<BudgetAsked["cheaper"]>,
): Pick<BudgetChanged, "choice" | "change" | "paramsHash" | "reserveNano"> {
  const paramsHash = hashJson(applyChange(activeStep.params, change));
  return { choice: "cheaper", change, paramsHash, reserveNano };
}

function describe({ stepId, spentNano, heldNano, neededNano, capNano }: BudgetAsked): string {
  const held =
    heldNano > 0 ? ` and ${formatDollars(heldNano)} held for calls of open or unknown price` : "";
  return (
    `Step "${stepId}" may cost up to ${formatDollars(neededNano)}. With ${formatDollars(spentNano)} spent${held} ` +
    `that could pass the cap of ${formatDollars(capNano)}.`
  );
}
