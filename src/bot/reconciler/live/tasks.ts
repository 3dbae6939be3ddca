import type { PlanBlock, TaskUpdateChunk } from "@slack/types";
import type { ExecutionView } from "../../../engine/api/executions.ts";
import { isFinished } from "../../../engine/model/state.ts";
import { shorten } from "../../../shared/shorten.ts";
import { shortRunId, showCost, showDuration, withoutBrackets } from "../../../slack/text.ts";
import { AI_STEP, plainAiResult } from "../../views/ai-results.ts";
import { EXECUTION_LOOK } from "../../views/blocks/status.ts";
import type { CardContext } from "../../views/card-context.ts";
import { BRIEF_MS, itemOf } from "../../views/step-lines.ts";
import { type StepState, stepStates } from "../../views/step-states.ts";

/** A step as a stream shows it. */
export interface Task {
  readonly id: string;
  readonly title: string;
  readonly status: TaskUpdateChunk["status"];
  /** What AI found; absent: nothing. */
  readonly output?: string;
}

/** Of one call; what a whole stream may hold, `SentTasks` counts. */
const MAX_TASKS = 30;
/** The reference allows 256 characters for a title. */
const TITLE_CHARS = 120;

/**
 * The steps of a run that are over or under way, the newest ones, as tasks. Text without markup: Slack finds mentions in angle
 * brackets.
 *
 * @param earlier - ids of tasks that earlier streams of the run show.
 * @param isEnding - the stream ends: nothing of it may say that it is under way.
 */
export function tasksOf(
  view: ExecutionView,
  context: CardContext,
  earlier: ReadonlySet<string>,
  isEnding: boolean,
): readonly Task[] {
  return stepStates(view, context)
    .filter(({ key, state }) => state !== "ahead" && !earlier.has(key))
    .slice(-MAX_TASKS)
    .map((state) => toTask(view, state, context, isEnding));
}

function toTask(
  view: ExecutionView,
  state: StepState,
  context: CardContext,
  isEnding: boolean,
): Task {
  const { key: id } = state;
  const name = `${shorten(context.stepName(state.stepId), TITLE_CHARS)}${itemOf(id)}`;
  const titled = (rest: string): string => withoutBrackets(`${name}${rest}`);
  if (state.state === "over") {
    const { step } = state;
    const isFailed = step.status === "failed";
    const cost = step.cost === 0 || step.cost === null ? "" : ` · ${showCost(step.cost)}`;
    return {
      id,
      title: titled(
        `${step.duration < BRIEF_MS ? "" : ` · ${showDuration(step.duration)}`}${cost}`,
      ),
      status: isFailed ? "error" : "complete",
      ...(step.type === AI_STEP && { output: withoutBrackets(plainAiResult(view, step)) }),
    };
  }
  if (state.state === "waiting") return { id, title: titled(" · waits"), status: "pending" };
  return { id, title: titled(""), status: isEnding ? "pending" : "in_progress" };
}

/** The line above the tasks: which run it is, and, when the stream ends, how it stands. */
export function planTitle(view: ExecutionView, isEnding: boolean): string {
  const run = withoutBrackets(
    `${shorten(view.workflowName, TITLE_CHARS)} ${runMark(view.executionId)}`,
  );
  if (!isEnding) return run;
  const took = view.totalDuration === null ? "" : ` · ${showDuration(view.totalDuration)}`;
  const state = isFinished(view.status) || view.status === "waiting";
  const how = state ? EXECUTION_LOOK[view.status].label.toLowerCase() : "see its card";
  return `${run}: ${how}${took} · ${showCost(view.totalCost)}`;
}

/** Stands in every stream of a run, and in no other message of the bot: by it one is found whose time stamp was lost. */
export function runMark(executionId: string): string {
  return `(run ${shortRunId(executionId)})`;
}

/** The tasks as a message that is no stream any more. */
export function planBlock(title: string, tasks: readonly Task[]): PlanBlock {
  return {
    type: "plan",
    title,
    tasks: tasks.map(({ id, title: name, status, output }) => ({
      type: "task_card",
      task_id: id,
      title: name,
      status,
      ...(output !== undefined && { output: richText(output) }),
    })),
  };
}

function richText(text: string) {
  const section = { type: "rich_text_section", elements: [{ type: "text", text }] };
  return { type: "rich_text", elements: [section] };
}
