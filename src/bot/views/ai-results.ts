import type { ExecutionView, StepView } from "../../engine/api/executions.ts";
import type { StepResult } from "../../engine/model/state.ts";
import { isJsonObject, type Json } from "../../shared/json.ts";
import { inOneLine, shorten } from "../../shared/shorten.ts";
import { escapeText, showMembers, showValue } from "../../slack/text.ts";
import type { CardContext } from "./card-context.ts";

export const AI_STEP = "ai-decision";
const VALUE_CHARS = 500;
/** Of a value or a reason that shares its line with others. */
const LINE_CHARS = 160;
/** As the reference of `task_update` allows for a task's output. */
const PLAIN_CHARS = 250;

/** The finished AI steps of a run, in order. */
export function aiSteps(view: ExecutionView): readonly StepView[] {
  return view.steps.filter((step) => step.type === AI_STEP);
}

/** What came of an AI step, in one line of mrkdwn: the value, how sure AI was, and why. */
export function describeAiResult(view: ExecutionView, step: StepView): string {
  const result = resultOf(view, step);
  if (step.status !== "completed") {
    const why =
      result?.error === undefined ? "" : `: ${showValue(result.error.message, LINE_CHARS)}`;
    return `no result${why}`;
  }
  const value = showMembers(withoutReason(step.output, result), LINE_CHARS);
  const reason = result?.reason ? `: ${showValue(result.reason, LINE_CHARS)}` : "";
  return `*${value}*${describeConfidence(result)}${reason}`;
}

/** The same without markup, for the task of a stream. */
export function plainAiResult(view: ExecutionView, step: StepView): string {
  const result = resultOf(view, step);
  const output = withoutReason(step.output, result);
  const value = isJsonObject(output)
    ? Object.entries(output)
        .map(([name, member]) => `${name}: ${toPlain(member)}`)
        .join("; ")
    : toPlain(output);
  const reason = result?.reason ? `: ${result.reason}` : "";
  const said =
    step.status === "completed" ? `${value}${describeConfidence(result)}${reason}` : "no result";
  return shorten(inOneLine(said), PLAIN_CHARS);
}

/** What AI said before `before`, for the people who decide: one line of mrkdwn per step. */
export function aiFindings(view: ExecutionView, before: number, context: CardContext): string[] {
  return aiSteps(view)
    .filter((step) => step.status === "completed" && Date.parse(step.completedAt) <= before)
    .slice(-5)
    .map((step) => {
      const result = resultOf(view, step);
      const reason = result?.reason ? `: ${showValue(result.reason, VALUE_CHARS)}` : "";
      const value = showMembers(withoutReason(step.output, result), VALUE_CHARS);
      return `• ${escapeText(context.stepName(step.stepId))}: *${value}*${describeConfidence(result)}${reason}`;
    });
}

function toPlain(value: Json | undefined): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

/** The full result of this entry; a later entry of the same step has replaced it in `stepResults`. */
function resultOf(view: ExecutionView, step: StepView): StepResult | undefined {
  const result = Object.hasOwn(view.stepResults, step.stepId)
    ? view.stepResults[step.stepId]
    : undefined;
  return result?.completedAt === step.completedAt ? result : undefined;
}

/** An answer whose own members repeat the reason: once is enough. */
function withoutReason(output: Json, result: StepResult | undefined): Json {
  if (!isJsonObject(output) || result?.reason === undefined) return output;
  const members = Object.entries(output).filter(([, value]) => value !== result.reason);
  return members.length > 0 ? Object.fromEntries(members) : output;
}

function describeConfidence(result: StepResult | undefined): string {
  return result?.confidence === undefined
    ? ""
    : ` (confidence ${Math.round(result.confidence * 100)} %)`;
}
