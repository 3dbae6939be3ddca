import type { App, BlockAction } from "@slack/bolt";
import type { Logger } from "pino";
import type { VoteAnswer, VoteRequest } from "../../../engine/api/engine.ts";
import { AppError, isAppError } from "../../../shared/errors.ts";
import { showSentence } from "../../../slack/text.ts";
import { parseDecisionValue } from "../../action-values.ts";
import type { BotServices } from "../../context.ts";
import { DECIDE_ACTION } from "../../ids.ts";
import { guard, type Reply } from "../../reply.ts";
import { createClickReply } from "./answer-click.ts";
import { parseClick } from "./click.ts";

/** Slack gives up on a click after three seconds; the acknowledgement must have left before. */
const ACK_WITHIN_MS = 2000;

const UNCONFIRMED_SENTENCE =
  "It could not be confirmed that your decision was recorded. If it was, the card will show it in a moment; otherwise click again. A second click never counts twice.";
const UNCONFIRMED = `:warning: ${UNCONFIRMED_SENTENCE}`;

/**
 * A choice of an approval. The click is acknowledged when the decision is durable or refused, after two seconds at the latest;
 * what the card shows comes from the execution, never from here.
 */
export function register(app: App, services: BotServices): void {
  app.action<BlockAction>(DECIDE_ACTION, async ({ ack, body, respond }) => {
    const click = parseClick(body);
    const logger = services.logger.child({ channel: click.channel, user: click.user });
    const reply = createClickReply(click, respond, services, logger);
    const value = parseDecisionValue(click.value);
    if (value === null) {
      await ack();
      return reply(":warning: This button belongs to no request. Decide on the newest card.");
    }
    const decision: VoteRequest = {
      executionId: value.e,
      requestId: value.r,
      round: value.n,
      hash: value.h,
      choice: value.c,
      by: click.user,
    };
    const answer = services.engine.decide(decision);
    const isInTime = await settlesWithin(answer, ACK_WITHIN_MS, services);
    await ack();
    if (!isInTime) await reply(UNCONFIRMED);
    await guard(reply, logger, async () => {
      const counted = await tellOutcome(await answer.catch(askAgain), reply, logger, decision);
      // No card tells of it in App Home.
      if (counted && click.home !== null) await reply(":white_check_mark: Your decision counts.");
    });
  });
}

/**
 * Slack is asked who may decide before anything is recorded: if it does not answer, nothing was. The store says of itself whether
 * something may have been.
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

/** Tells what the card will not: that a click did not count. @returns whether it counted. */
async function tellOutcome(
  answer: VoteAnswer,
  reply: Reply,
  logger: Logger,
  decision: VoteRequest,
): Promise<boolean> {
  const { executionId, requestId } = decision;
  if (!answer.recorded) {
    logger.info({ executionId, requestId, reason: answer.reason }, "a decision was refused");
    await reply(showSentence(answer.message));
    return false;
  }
  const settled = await answer.settled;
  if (settled.kind === "counted") {
    logger.info({ executionId, requestId, choice: decision.choice }, "a decision counted");
    return true;
  }
  await reply(
    settled.kind === "refused"
      ? showSentence(settled.message)
      : "Your decision is recorded. The card will show it when the run takes it up.",
  );
  return false;
}

/** Waits for an answer or a failure, at most so long. */
function settlesWithin(
  answer: Promise<unknown>,
  ms: number,
  { clock }: BotServices,
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
