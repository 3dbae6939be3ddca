import type { App } from "@slack/bolt";
import type { Logger } from "pino";
import type { VoteAnswer, VoteRequest } from "../../../engine/api/approvals.ts";
import { AppError, isAppError } from "../../../shared/errors.ts";
import { showSentence } from "../../../slack/text.ts";
import { type DecisionValue, parseDecisionValue } from "../../action-values.ts";
import type { BotContext } from "../../context.ts";
import { DECIDE_ACTION } from "../../ids.ts";
import type { Reply } from "../../reply.ts";
import { onAction, type PendingRequest } from "./on-action.ts";

/**
 * Slack gives up on a click after three seconds; the acknowledgement must have left before. How long the click then waits for
 * its outcome: `SETTLE_MS` in `engine/executions/approvals.ts`.
 */
const ACK_WITHIN_MS = 2000;

const UNCONFIRMED_SENTENCE =
  "It could not be confirmed that your decision was recorded. If it was, the card will show it in a moment; otherwise click again. A second click never counts twice.";
const UNCONFIRMED = `:warning: ${UNCONFIRMED_SENTENCE}`;

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
 * Votes, and acknowledges when the vote is durable or refused, after two seconds at the latest.
 *
 * @internal exported for its test
 */
export async function decide(
  { value, click, reply, logger, ack }: PendingRequest<DecisionValue>,
  context: BotContext,
): Promise<string | undefined> {
  const vote: VoteRequest = {
    executionId: value.e,
    requestId: value.r,
    round: value.n,
    hash: value.h,
    choice: value.c,
    by: click.user,
  };
  const answer = context.engine.approvals.vote(vote);
  const isInTime = await settlesWithin(answer, ACK_WITHIN_MS, context);
  await ack();
  if (!isInTime) await reply(UNCONFIRMED);
  const counted = await reportOutcome(await answer.catch(askAgain), reply, logger, vote);
  // In App Home there is no card that shows it.
  return counted && click.home !== null ? ":white_check_mark: Your decision counts." : undefined;
}

/**
 * Adds whether the decision was recorded. Permissions are read from Slack before anything is written, so without its answer
 * nothing was; a store error says itself whether something may have been.
 */
function askAgain(error: unknown): never {
  const isStore = isAppError(error, "store_unavailable");
  if (!isStore && !isAppError(error, "slack_unavailable")) throw error;
  if (isStore && error.outcomeUnknown) {
    throw new AppError({ code: error.code, message: UNCONFIRMED_SENTENCE, cause: error });
  }
  throw new AppError({
    code: error.code,
    message: `${error.message} Your decision was not recorded: click again in a moment.`,
    cause: error,
  });
}

/** Reports what the card does not show: that a click did not count. @returns whether it counted. */
async function reportOutcome(
  answer: VoteAnswer,
  reply: Reply,
  logger: Logger,
  vote: VoteRequest,
): Promise<boolean> {
  const { executionId, requestId } = vote;
  if (!answer.recorded) {
    logger.info({ executionId, requestId, reason: answer.reason }, "a decision was refused");
    await reply(showSentence(answer.message));
    return false;
  }
  const settled = await answer.settled;
  if (settled.kind === "counted") {
    logger.info({ executionId, requestId, choice: vote.choice }, "a decision counted");
    return true;
  }
  await reply(
    settled.kind === "refused"
      ? showSentence(settled.message)
      : "Your decision is recorded. The card will show it when the run takes it up.",
  );
  return false;
}

/** Waits for an answer or a failure. @returns `false` if neither came within `ms`. */
function settlesWithin(
  answer: Promise<unknown>,
  ms: number,
  { clock }: BotContext,
): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = clock.after(ms, () => resolve(false));
    const end = (): void => {
      cancel();
      resolve(true);
    };
    answer.then(end, end);
  });
}
