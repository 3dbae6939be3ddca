import type { ActionsBlock, KnownBlock } from "@slack/types";
import type { ExecutionView, RequestView } from "../../engine/api/executions.ts";
import { REJECT, type RequestOpened } from "../../engine/model/requests.ts";
import type { RequestOutcome, Vote } from "../../engine/model/state.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { escapeText, mentionPerson, shortRunId, showTime, showValue } from "../../slack/text.ts";
import { toDecisionValue } from "../action-values.ts";
import { decideActionId } from "../ids.ts";
import { aiFindings } from "./ai-results.ts";
import {
  button,
  buttons,
  type CardMessage,
  contextBlock,
  divider,
  message,
  section,
} from "./blocks/build.ts";
import type { CardContext } from "./card-context.ts";
import {
  commentOf,
  decidersOf,
  describeWithdrawal,
  isRefusal,
  labelOf,
  outcomeLabel,
  outcomeOf,
} from "./decision-words.ts";
import { maskNote } from "./mask-note.ts";
import { describeApprovers } from "./progress.ts";
import {
  commentBlocks,
  editBlocks,
  noteBlocks,
  placeBlocks,
  requestButtons,
} from "./request-options.ts";
import {
  headlineOf,
  inputsPart,
  questionPart,
  releasesPart,
  showAllBlock,
} from "./request-text.ts";
import { describeStarter } from "./run-card.ts";
import { viewAsOf } from "./view-as-of.ts";

const COMMENT_CHARS = 300;

/**
 * The card that asks. Facts come from the run's own data; what AI said stands apart and is labelled. Once decided, expired or
 * cancelled it says so and has no buttons.
 */
export function approvalCard(
  now: ExecutionView,
  request: RequestView,
  context: CardContext,
): CardMessage {
  const { opened } = request;
  const view = viewAsOf(now, opened.openedAt);
  const title = headlineOf(view, request, context);
  const outcome = outcomeOf(view, request);
  const ending = outcome === null ? null : describeOutcome(view, request, title, outcome);
  const headline = ending ?? `:raised_hand: *Approval needed: ${title}*`;
  const question = questionPart(view, request, context);
  const inputs = inputsPart(view, context);
  const releases = releasesPart(request, context);
  // What is masked here, the people who decide read behind the button.
  const isWhole = [question, inputs, releases].every((part) => part.isWhole) && !view.masked;
  const findings = aiFindings(view, opened.openedAt, context);
  const blocks: KnownBlock[] = [
    section(headline),
    ...placeBlocks(request),
    ...question.blocks,
    ...inputs.blocks,
    ...(outcome === null ? releases.blocks : []),
    ...(isWhole ? [] : [showAllBlock(view, request, outcome === null)]),
    ...(findings.length === 0
      ? []
      : [
          divider,
          section(
            `:robot_face: *AI's opinion* (made by a machine, for you to judge)\n${findings.join("\n")}`,
          ),
        ]),
    contextBlock(
      `Run \`${shortRunId(view.executionId)}\` · ${describeStarter(view)} · asked ${showTime(opened.openedAt)}`,
    ),
    ...maskNote(view),
    ...editBlocks(request),
    ...(outcome === null ? openPart(view, request, context) : votesPart(request, context)),
  ];
  const text =
    ending ??
    `Approval needed: ${title} (${escapeText(view.workflowName)}). ${describeApprovers(request, context.mention)}, please decide.`;
  return message(text, blocks);
}

function openPart(view: ExecutionView, request: RequestView, context: CardContext): KnownBlock[] {
  const { opened } = request;
  const expiry = opened.expiresAt === undefined ? "" : ` · expires ${showTime(opened.expiresAt)}`;
  return [
    section(`For ${describeApprovers(request, context.mention)}${expiry}`),
    ...votesPart(request, context),
    decideButtons("decide", view.executionId, opened),
    requestButtons(view.executionId, request),
  ];
}

function votesPart(request: RequestView, context: CardContext): KnownBlock[] {
  const lines = request.votes.map((vote) => describeVote(request, vote));
  return [
    ...noteBlocks(request, context),
    ...(lines.length === 0 ? [] : [contextBlock(lines.join("\n"))]),
    ...commentBlocks(request.votes, COMMENT_CHARS),
  ];
}

function describeVote(request: RequestView, vote: Vote): string {
  const comment = vote.comment ? `: ${showValue(vote.comment, COMMENT_CHARS)}` : "";
  return `${mentionPerson(vote.by)} chose *${labelOf(request, vote.choice)}* ${showTime(vote.at)}${comment}`;
}

/** `:white_check_mark: *Laptop stand*: Approve by @bob …`; expiry and withdrawal read differently from a rejection. */
function describeOutcome(
  view: ExecutionView,
  request: RequestView,
  headline: string,
  outcome: RequestOutcome,
): string {
  const title = `*${headline}*`;
  const when = showTime(outcome.at);
  if (outcome.decision === "expired")
    return `:alarm_clock: ${title}: no decision was made in time. It expired ${when}.`;
  if (outcome.decision === "cancelled")
    return `:no_entry_sign: ${title}: ${describeWithdrawal(view, outcome)} ${when}.`;
  if (outcome.decision === "superseded")
    return `:arrow_right: ${title}: asked again ${when} by a newer version. Decide on the newest card.`;
  const icon = isRefusal(request, outcome.decision) ? ":x:" : ":white_check_mark:";
  const renewed =
    request.renewedBy === null
      ? ""
      : "\n:recycle: It no longer holds, because what it was about has changed: the newest card asks again.";
  return `${icon} ${title}: *${outcomeLabel(request, outcome.decision)}* by ${decidersOf(request, outcome)} ${when}${commentOf(request, outcome)}${renewed}`;
}

/** One button for each choice of a request, the same wherever it is shown. @param blockId - unique within the message or view. */
export function decideButtons(
  blockId: string,
  executionId: string,
  opened: RequestOpened,
): ActionsBlock {
  const elements = opened.choices.map((choice) =>
    button({
      actionId: decideActionId(choice.id),
      label: choice.label,
      style: choice.style,
      value: toDecisionValue({
        e: executionId,
        r: opened.id,
        n: opened.round,
        h: opened.hash,
        c: choice.id,
        ...omitUndefined({ k: choice.comment }),
        ...(opened.editable && choice.id !== REJECT && { f: 1 as const }),
      }),
    }),
  );
  return buttons(blockId, elements);
}
