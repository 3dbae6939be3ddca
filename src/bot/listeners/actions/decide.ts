import type { App } from "@slack/bolt";
import type { VoteRequest } from "../../../engine/api/approvals.ts";
import { omitUndefined } from "../../../shared/omit-undefined.ts";
import { type DecisionValue, opensDialog, parseDecisionValue } from "../../action-values.ts";
import type { BotContext } from "../../context.ts";
import { DECIDE_ACTION } from "../../ids.ts";
import { showPending } from "../../pending-requests.ts";
import type { CardMessage } from "../../views/blocks/build.ts";
import { openDecision } from "../dialogs/decision.ts";
import { answerClick, COUNTED_SENTENCE } from "../vote-answer.ts";
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
): Promise<CardMessage | string | undefined> {
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
    ...omitUndefined({ via: click.home === null ? click.channel : "home" }),
  };
  const { executionId, requestId, choice } = vote;
  const answer = context.engine.approvals.vote(vote);
  const counted = await answerClick(answer, request, context, { executionId, requestId, choice });
  if (!counted) return linkToNewest(vote, context);
  return click.home !== null ? COUNTED_SENTENCE : undefined;
}

/** Leads from an old card to the one that asks now; nothing if there is none, or it is the same question. */
async function linkToNewest(
  { executionId, requestId, hash, by }: VoteRequest,
  context: BotContext,
): Promise<CardMessage | undefined> {
  const view = await context.engine.executions.get(executionId).catch(() => null);
  if (view === null) return undefined;
  const { workflowId, requests } = view;
  let old = requests.find(({ opened }) => opened.id === requestId);
  // A decision that holds no more is asked for again by the step that waits for it.
  while (old && old.renewedBy !== null) {
    const { renewedBy } = old;
    old = requests.find(({ opened }) => opened.id === renewedBy);
  }
  const newest = requests.find(
    ({ opened, stepId, outcome }) =>
      outcome === null &&
      stepId === old?.stepId &&
      (opened.id !== requestId || opened.hash !== hash),
  );
  if (newest === undefined) return undefined;
  const open = { executionId, workflowId, request: newest };
  return showPending(
    context,
    by,
    ":point_right: This is asked again on a newer card; this one decides nothing.",
    [open],
  );
}
