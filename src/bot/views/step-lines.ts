import type { ExecutionView, StepView, WaitView } from "../../engine/api/executions.ts";
import { framePath, lastSegment } from "../../engine/model/step-path.ts";
import { counted } from "../../shared/counted.ts";
import { escapeText, showCost, showDuration, showTime } from "../../slack/text.ts";
import { AI_STEP, describeAiResult } from "./ai-results.ts";
import { STEP_LOOK } from "./blocks/status.ts";
import type { CardContext } from "./card-context.ts";
import { type StepState, stepStates } from "./step-states.ts";

/** So many steps stand on a card one by one: those that are over, at work, ahead. */
const SHOWN = { over: 8, active: 6, ahead: 4 } as const;

/** What took less is shown without its time: it would be 0.0 s. */
export const BRIEF_MS = 50;

/** The steps of a run as a card shows them. */
export interface CardSteps {
  /** mrkdwn, one line each. */
  readonly lines: readonly string[];
  /** Some that are over or under way are only counted. */
  readonly isFolded: boolean;
}

/** The steps of a run, as many as a card has room for: the newest that are over, those under way, the next ones. */
export function cardSteps(view: ExecutionView, context: CardContext): CardSteps {
  const all = stepStates(view, context);
  const over = all.filter(({ state }) => state === "over");
  const active = all.filter(({ state }) => state === "running" || state === "waiting");
  const ahead = all.filter(({ state }) => state === "ahead");
  const shownOver = over.length <= SHOWN.over + 1 ? over : over.slice(-SHOWN.over);
  const shownActive = active.slice(0, SHOWN.active);
  const shownAhead = ahead.slice(0, SHOWN.ahead);
  const show = (states: readonly StepState[]) =>
    states.map((state) => stepLine(view, state, context));
  const left = over.length - shownOver.length + (view.omitted?.steps ?? 0);
  const lines = [
    ...(left > 0 ? [`:file_folder: ${describeLeft(view, left)}`] : []),
    ...show(shownOver),
    ...show(shownActive),
    ...countOf(active.length - shownActive.length, "more under way"),
    ...show(shownAhead),
    ...countOf(ahead.length - shownAhead.length, "more to come"),
  ];
  return { lines, isFolded: left > 0 || shownActive.length < active.length };
}

/** Every step of a run that a view holds, one line each. */
export function allStepLines(view: ExecutionView, context: CardContext): readonly string[] {
  const missing = view.omitted?.steps ?? 0;
  return [
    ...(missing > 0 ? [`_${counted(missing, "step")} before these are in the API only._`] : []),
    ...stepStates(view, context).map((state) => stepLine(view, state, context)),
  ];
}

function describeLeft(view: ExecutionView, left: number): string {
  const failed = view.steps.slice(0, left).filter(({ status }) => status === "failed").length;
  const which = failed === 0 ? "" : `, ${failed} of them failed`;
  return `${counted(left, "step")} before these ${left === 1 ? "is" : "are"} over${which}`;
}

function countOf(count: number, what: string): string[] {
  return count > 0 ? [`_… and ${count} ${what}_`] : [];
}

function stepLine(view: ExecutionView, state: StepState, context: CardContext): string {
  const indent = "      ".repeat(Math.min(state.depth, 4));
  const name = `*${escapeText(context.stepName(state.stepId))}*${itemOf(state.key)}`;
  switch (state.state) {
    case "over":
      return `${indent}${STEP_LOOK[state.step.status].icon} ${name}${describeOver(view, state.step)}`;
    case "running": {
      const attempt = state.attempt > 1 ? `, attempt ${state.attempt}` : "";
      return `${indent}:gear: ${name} · under way${attempt}`;
    }
    case "waiting":
      return `${indent}:hourglass_flowing_sand: ${name} · ${describeWait(state.wait)}`;
    case "ahead":
      return `${indent}:white_circle: ${name}`;
  }
}

function describeOver(view: ExecutionView, step: StepView): string {
  const remark = step.status === "completed" ? "" : ` (${STEP_LOOK[step.status].label})`;
  const found = step.type === AI_STEP ? ` · ${describeAiResult(view, step)}` : "";
  const cost =
    step.cost === 0 ? "" : ` · ${step.cost === null ? "cost unknown" : showCost(step.cost)}`;
  const took = step.duration < BRIEF_MS ? "" : ` · ${showDuration(step.duration)}`;
  return `${remark}${found}${took}${cost}`;
}

function describeWait(wait: WaitView | null): string {
  if (wait === null) return "waits";
  const what = WAITS[wait.for];
  // What Slack makes wait comes back again and again: each edit of a card counts against its limits, too.
  if (wait.for === "slack") return "waits for its turn";
  return `waits${what === undefined ? "" : ` for ${what}`} since ${showTime(wait.since)}`;
}

const WAITS: Readonly<Record<string, string>> = {
  approval: "a decision",
  budget: "budget",
  person: "a person",
  child: "another run",
  event: "an event",
  pause: "the end of a pause",
  timer: "its time",
  slot: "a free place",
  room: "room under the cost cap",
  retry: "another try",
  breaker: "the other side to recover",
};

/** Which item of a list the step worked on. */
export function itemOf(key: string): string {
  const item = lastSegment(framePath(key));
  return /^\d+$/.test(item) ? ` (item ${Number(item) + 1})` : "";
}
