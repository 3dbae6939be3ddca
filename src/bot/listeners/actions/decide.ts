import type { App } from "@slack/bolt";
import type { VoteRequest } from "../../../engine/api/approvals.ts";
import { type DecisionValue, opensDialog, parseDecisionValue } from "../../action-values.ts";
import type { BotContext } from "../../context.ts";
import { DECIDE_ACTION } from "../../ids.ts";
import { openDecision } from "../dialogs/decision.ts";
import { answerClick } from "../vote-answer.ts";
import { onAction, type PendingRequest } from "./on-action.ts";

/** The choices of an approval. The card shows what the execution recorded, never what was clicked. */
export function register(app: App, context: BotContext): void {
  onAction(app, context, {
    id: DECIDE_ACTION,
    parse: parseDecisionValue,
    unknown: {
      code: "execution_not_found",
      message: "This button belongs to no request. Decide on the newest card.",
    },
    ack: "after",
    handle: decide,
  });
}

/**
 * Votes, and acknowledges when the vote is durable or refused, after two seconds at the latest. A choice that takes a comment
 * or values opens its dialog instead, at once.
 *
 * @internal exported for its test
 */
export async function decide(
  request: PendingRequest<DecisionValue>,
  context: BotContext,
): Promise<string | undefined> {
  const { value, click } = request;
  if (opensDialog(value)) {
    await request.ack();
    await openDecision(request, context);
    return undefined;
  }
  const vote: VoteRequest = {
    executionId: value.e,
    requestId: value.r,
    round: value.n,
    hash: value.h,
    choice: value.c,
    by: click.user,
  };
  const { executionId, requestId, choice } = vote;
  const answer = context.engine.approvals.vote(vote);
  const counted = await answerClick(answer, request, context, { executionId, requestId, choice });
  // In App Home there is no card that shows it.
  return counted && click.home !== null ? ":white_check_mark: Your decision counts." : undefined;
}
