import type { KnownBlock } from "@slack/types";
import type { ExecutionView, RequestView } from "../../engine/api/executions.ts";
import type { RequestOpened } from "../../engine/model/requests.ts";
import type { RequestOutcome } from "../../engine/model/state.ts";
import { escapeText, mentionPerson, shortRunId, showTime } from "../../slack/text.ts";
import { decideButtons } from "./approval-card.ts";
import { type CardMessage, contextBlock, message, section } from "./blocks/build.ts";
import type { CardContext } from "./card-context.ts";
import { describeWithdrawal, outcomeOf } from "./decision-words.ts";
import { describeApprovers } from "./progress.ts";
import { describeStarter } from "./run-card.ts";

/** The card that asks a run's owner to look whether a step had its effect: what is known, and what each button does. */
export function unknownOutcomeCard(
  view: ExecutionView,
  request: RequestView,
  { stepId }: NonNullable<RequestOpened["doubt"]>,
  context: CardContext,
): CardMessage {
  const step = escapeText(context.stepName(stepId));
  const outcome = outcomeOf(view, request);
  const footer = contextBlock(
    `Run \`${shortRunId(view.executionId)}\` · ${describeStarter(view)} · asked ${showTime(request.opened.openedAt)}`,
  );
  if (outcome !== null) {
    const text = describeOutcome(view, request, step, outcome);
    return message(text, [section(text), footer]);
  }
  const people = describeApprovers(request, context.mention);
  const blocks: KnownBlock[] = [
    section(
      `:grey_question: *Did “${step}” happen? ${escapeText(view.workflowName)} waits for you to look*`,
    ),
    section(escapeText(request.opened.message)),
    section(CHOICE_LINES.join("\n")),
    footer,
    section(`For ${people}`),
    decideButtons("doubt", view.executionId, request.opened),
  ];
  const text = `Did “${step}” of ${escapeText(view.workflowName)} happen? ${people}, please look and say so.`;
  return message(text, blocks);
}

const CHOICE_LINES = [
  "• *It happened*: the step counts as done, and the run continues.",
  "• *Do it again*: it did not happen, so it is done again.",
  "• *Fail the step*: the run continues as the workflow says for a failure.",
];

function describeOutcome(
  view: ExecutionView,
  request: RequestView,
  step: string,
  outcome: RequestOutcome,
): string {
  const by = request.votes.map((vote) => mentionPerson(vote.by)).join(", ");
  const when = showTime(outcome.at);
  switch (outcome.decision) {
    case "happened":
      return `:white_check_mark: *“${step}” happened*, says ${by} ${when}`;
    case "again":
      return `:repeat: *“${step}” is done again*, as ${by} says ${when}`;
    case "fail":
      return `:x: *“${step}” failed*, says ${by} ${when}`;
    default:
      return `:no_entry_sign: *“${step}”*: ${describeWithdrawal(view, outcome)} ${when}.`;
  }
}
