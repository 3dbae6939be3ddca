import type { KnownBlock } from "@slack/types";
import type { ExecutionView, RequestView } from "../../engine/api/executions.ts";
import { isFinished, type Vote } from "../../engine/model/state.ts";
import { escapeText, mentionChannel, shortRunId, showTime } from "../../slack/text.ts";
import { toShowValue } from "../action-values.ts";
import { ACTION_IDS } from "../ids.ts";
import {
  button,
  buttons,
  type CardMessage,
  contextBlock,
  message,
  section,
} from "./blocks/build.ts";
import { showStatus } from "./blocks/status.ts";
import type { CardContext } from "./card-context.ts";
import { commentOf, decidersOf, labelOf, outcomeLabel, outcomeOf } from "./decision-words.ts";
import { headlineOf, questionPart, releasesPart, showAllBlock } from "./request-text.ts";

/** What a person decided: what they saw, when, from where, and what came of it. It follows the run to its end. */
export function decisionReceipt(
  view: ExecutionView,
  request: RequestView,
  vote: Vote,
  context: CardContext,
): CardMessage {
  const title = headlineOf(view, request, context);
  const head = `:receipt: You chose *${labelOf(request, vote.choice)}* on *${title}* ${showTime(vote.at)}${describePlace(vote)}.`;
  const question = questionPart(view, request, context);
  const releases = releasesPart(request, context);
  const isWhole = question.isWhole && releases.isWhole;
  const blocks: KnownBlock[] = [
    section(head),
    ...question.blocks,
    ...releases.blocks,
    ...(isWhole ? [] : [showAllBlock(view, request, false)]),
    section(`*What came of it:* ${describeResult(view, request)}`),
    contextBlock(
      `${escapeText(view.workflowName)} · run \`${shortRunId(view.executionId)}\` · what you saw has the mark \`${escapeText(request.opened.hash)}\``,
    ),
    buttons("receipt", [notMeButton(view, request)]),
  ];
  return message(head, blocks);
}

function describePlace({ via }: Vote): string {
  if (via === undefined) return "";
  if (via === "home") return ", on my Home tab";
  return via.startsWith("D") ? ", in our direct messages" : `, in ${mentionChannel(via)}`;
}

function describeResult(view: ExecutionView, request: RequestView): string {
  const outcome = outcomeOf(view, request);
  const run = `Run: ${showStatus(view.status)}.`;
  if (outcome === null) return `More people have to decide. ${run}`;
  const isDecided = request.votes.some(({ choice }) => choice === outcome.decision);
  const decision = isDecided
    ? `*${outcomeLabel(request, outcome.decision)}* by ${decidersOf(request, outcome)}${commentOf(request, outcome)}.`
    : `It was not decided (${escapeText(outcome.decision)}).`;
  const hold = view.waitingOn.find((wait) => wait.for === "pause");
  return `${decision} ${hold === undefined ? run : ":double_vertical_bar: The run is paused."}`;
}

function notMeButton(view: ExecutionView, request: RequestView) {
  const rest = isFinished(view.status)
    ? "The run is over, so nothing can be stopped; the admins are notified."
    : "The run is paused before its next step, and the admins are notified. Only an admin can resume it.";
  return button({
    actionId: ACTION_IDS.notMe,
    label: "That was not me",
    style: "danger",
    value: toShowValue({ e: view.executionId, r: request.opened.id }),
    confirm: {
      title: "That was not you?",
      text: rest,
      confirm: "It was not me",
      deny: "It was me",
    },
  });
}
