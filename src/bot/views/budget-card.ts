import type { KnownBlock } from "@slack/types";
import type { ExecutionView, RequestView } from "../../engine/api/executions.ts";
import type { BudgetAsked } from "../../engine/model/requests.ts";
import type { RequestOutcome } from "../../engine/model/state.ts";
import { toDollars } from "../../shared/money.ts";
import { escapeText, mentionPerson, shortRunId, showCost, showTime } from "../../slack/text.ts";
import { decideButtons } from "./approval-card.ts";
import { type CardMessage, contextBlock, fields, message, section } from "./blocks/build.ts";
import type { CardContext } from "./card-context.ts";
import { outcomeOf } from "./decision-words.ts";
import { describeApprovers } from "./progress.ts";
import { describeStarter } from "./run-card.ts";

/** The card that asks a run's owner for budget: what is spent, what the next step could cost, and what each button does. */
export function budgetCard(
  view: ExecutionView,
  request: RequestView,
  budget: BudgetAsked,
  context: CardContext,
): CardMessage {
  const outcome = outcomeOf(view, request);
  const footer = contextBlock(
    `Run \`${shortRunId(view.executionId)}\` · ${describeStarter(view)} · asked ${showTime(request.opened.openedAt)}`,
  );
  if (outcome !== null) {
    const text = describeBudgetOutcome(request, budget, outcome);
    return message(text, [section(text), footer]);
  }
  const step = escapeText(context.stepName(budget.stepId));
  const headline = `:moneybag: *Cost cap reached: ${escapeText(view.workflowName)} waits before “${step}”*`;
  const blocks: KnownBlock[] = [
    section(headline),
    ...fields([
      ["Cap of this run", dollars(budget.capNano)],
      ["Spent so far", showSpentSoFar(view, budget)],
      ["The step may cost up to", dollars(budget.neededNano)],
      ...(budget.heldNano > 0 ? [["Held for other calls", dollars(budget.heldNano)] as const] : []),
    ]),
    section(choiceLines(budget).join("\n")),
    footer,
    section(`For ${describeApprovers(request, context.mention)}`),
    decideButtons("budget", view.executionId, request.opened),
  ];
  const text = `Cost cap reached: ${escapeText(view.workflowName)} waits before “${step}”. ${describeApprovers(request, context.mention)}, please decide how it continues.`;
  return message(text, blocks);
}

function choiceLines({ addNano, capNano, cheaper }: BudgetAsked): string[] {
  return [
    `• *Add $${toDollars(addNano)}*: the cap of this run becomes ${dollars(capNano + addNano)}, and it continues where it is.`,
    ...(cheaper
      ? [
          `• *Use ${escapeText(cheaper.model)}*: for this step alone, at most ${dollars(cheaper.reserveNano)}; the cap stays.`,
        ]
      : []),
    "• *Stop and keep results*: the run ends here; what it has done stays done.",
  ];
}

/** How the question for budget ended, in a line. */
export function describeBudgetOutcome(
  request: RequestView,
  { addNano, capNano, cheaper }: BudgetAsked,
  outcome: RequestOutcome,
): string {
  const by = request.votes.map((vote) => mentionPerson(vote.by)).join(", ");
  const when = showTime(outcome.at);
  switch (outcome.decision) {
    case "add":
      return `:white_check_mark: *Cost cap raised* by ${dollars(addNano)} to ${dollars(capNano + addNano)} by ${by} ${when}`;
    case "cheaper":
      return `:white_check_mark: *Cost cap kept*: continues with ${escapeText(cheaper?.model ?? "a cheaper model")}, chosen by ${by} ${when}`;
    case "stop":
      return `:octagonal_sign: *Stopped at the cost cap* of ${dollars(capNano)} by ${by} ${when}`;
    case "room":
      return `:white_check_mark: *Cost cap*: no decision is needed now: there is room for the step ${when}`;
    default:
      return `:no_entry_sign: *Cost cap*: withdrawn ${when}, the run was ended.`;
  }
}

function showSpentSoFar({ costUnknown }: ExecutionView, { spentNano }: BudgetAsked): string {
  return costUnknown ? `at least ${dollars(spentNano)}` : dollars(spentNano);
}

function dollars(nano: number): string {
  return showCost(toDollars(nano));
}
