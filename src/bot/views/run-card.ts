import type { ExecutionView } from "../../engine/api/executions.ts";
import { isFinished } from "../../engine/model/state.ts";
import { keepDirection } from "../../shared/direction.ts";
import { shorten } from "../../shared/shorten.ts";
import {
  escapeText,
  mentionPerson,
  shortRunId,
  showAgo,
  showDuration,
  showTime,
  showTotal,
} from "../../slack/text.ts";
import { toRetryValue, toRunPageValue, toRunValue } from "../action-values.ts";
import { ACTION_IDS } from "../ids.ts";
import { aiSteps } from "./ai-results.ts";
import {
  button,
  buttons,
  type CardMessage,
  contextBlock,
  fields,
  message,
  sections,
} from "./blocks/build.ts";
import { EXECUTION_LOOK, showStatus } from "./blocks/status.ts";
import { type CardContext, showInputs } from "./card-context.ts";
import { describeRefusal, describeUndecided } from "./decision-words.ts";
import { maskNote } from "./mask-note.ts";
import { describeProgress, describeWaits } from "./progress.ts";
import { type CardSteps, cardSteps } from "./step-lines.ts";

/** As long as a definition may make the name of a workflow. */
const NAME_CHARS = 120;
const NO_STEPS: CardSteps = { lines: [], isFolded: false };

/**
 * The card of a run: what it is, where it stands, what it was given, what it cost so far. Edited in place until the end.
 *
 * @param end - where its end is shown.
 */
export function runCard(
  view: ExecutionView,
  context: CardContext,
  end: "in the thread" | "below" = "in the thread",
): CardMessage {
  const finished = isFinished(view.status);
  const name = escapeText(keepDirection(shorten(view.workflowName, NAME_CHARS)));
  const starter = describeStarter(view);
  // What stands below it has a line for each step.
  const steps = end === "below" ? NO_STEPS : cardSteps(view, context);
  // What is at work stands among the steps.
  const progress = steps.lines.length > 0 ? describeWaits : describeProgress;
  const lines = finished ? [describeEnd(view, end)] : progress(view, context);
  const actions = actionsOf(view, steps);
  const blocks = [
    ...sections([`*${name}*  ·  ${showStatus(view.status)}`, ...lines]),
    ...fields(showInputs(view, context)),
    ...sections(steps.lines),
    contextBlock(footerOf(view)),
    ...maskNote(view),
    ...(actions.length > 0 ? [buttons("run", actions)] : []),
  ];
  const text = `${name}: ${EXECUTION_LOOK[view.status].label}. Run ${shortRunId(view.executionId)}, ${starter}.`;
  return message(text, blocks);
}

/** What fits the state of the run; who may do it is asked at the click. */
function actionsOf(view: ExecutionView, { isFolded }: CardSteps) {
  const finished = isFinished(view.status);
  return [
    ...(finished ? [] : [stopButton(view)]),
    ...(finished && view.status !== "completed" ? [retryButton(view)] : []),
    ...(aiSteps(view).length > 0 ? [whyButton(view)] : []),
    ...(isFolded ? [stepsButton(view)] : []),
  ];
}

function footerOf(view: ExecutionView): string {
  const { executionId, workflowVersion, startedAt, totalDuration } = view;
  const total = showTotal(view.totalCost, view.costUnknown);
  // Slack's clients count the time since then, so that the card needs no edit for it.
  const [ago, cost] = isFinished(view.status)
    ? ["", "cost"]
    : [`, ${showAgo(startedAt)}`, "cost so far"];
  const took = totalDuration === null ? "" : ` · took ${showDuration(totalDuration)}`;
  return `Run \`${shortRunId(executionId)}\` · version ${workflowVersion} · ${describeStarter(view)} ${showTime(startedAt)}${ago}${took} · ${cost} ${total}`;
}

/** `started by @alice`, or what started it. */
export function describeStarter(view: ExecutionView): string {
  const { userId, type } = view.trigger;
  return userId === undefined
    ? `started by ${escapeText(type)}`
    : `started by ${mentionPerson(userId)}`;
}

function describeEnd(view: ExecutionView, where: string): string {
  if (view.status === "completed") {
    const refusal = describeRefusal(view);
    return `${refusal === null ? "Done" : refusal}. Result and receipt are ${where}.`;
  }
  if (describeUndecided(view) !== null)
    return `No decision was made in time. The receipt is ${where}.`;
  if (view.status === "failed") return `Failed. What happened and what to do is ${where}.`;
  const by = view.cancelledBy === null ? "" : ` by ${mentionPerson(view.cancelledBy)}`;
  return `Cancelled${by}. The receipt is ${where}.`;
}

/** Shows what AI decided, and why, to the person who clicks. */
function whyButton(view: ExecutionView) {
  return button({
    actionId: ACTION_IDS.whyRun,
    label: "Why?",
    value: toRunValue({ e: view.executionId }),
  });
}

/** What the buttons of a run need of it. */
type RunOfButton = Pick<ExecutionView, "executionId" | "status">;

/** Continues a run that failed or was cancelled. */
export function retryButton(view: RunOfButton) {
  const failed = view.status === "failed";
  return button({
    actionId: ACTION_IDS.retryRun,
    label: "Retry",
    value: toRetryValue({ e: view.executionId }),
    confirm: {
      title: "Retry this run?",
      text: `It continues ${failed ? "at the step that failed" : "where it was stopped"}; what came before stays. For other values or another step use the retry command.`,
      confirm: "Retry",
      deny: "Leave it",
    },
  });
}

/** Cancels a run that is not over. */
export function stopButton(view: RunOfButton) {
  return button({
    actionId: ACTION_IDS.cancelRun,
    label: "Stop",
    value: toRunValue({ e: view.executionId }),
    confirm: {
      title: "Stop this run?",
      text: "What it has done already stays done. Open approvals are withdrawn.",
      confirm: "Stop it",
      deny: "Keep it going",
    },
  });
}

/** Opens all of the steps. */
function stepsButton(view: ExecutionView) {
  return button({
    actionId: ACTION_IDS.showSteps,
    label: "All steps",
    value: toRunPageValue({ e: view.executionId }),
  });
}
