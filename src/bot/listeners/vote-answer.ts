import type { Logger } from "pino";
import type { VoteAnswer } from "../../engine/api/approvals.ts";
import { AppError, isAppError } from "../../shared/errors.ts";
import { showSentence } from "../../slack/text.ts";
import type { BotContext } from "../context.ts";
import type { Reply } from "../reply.ts";

/**
 * Slack gives up on a click after three seconds; the acknowledgement must have left before. How long the click then waits for
 * its outcome: `SETTLE_MS` in `engine/executions/approvals.ts`.
 */
export const ACK_WITHIN_MS = 2000;

/** Said in App Home, where there is no card that shows it. */
export const COUNTED_SENTENCE = ":white_check_mark: Your decision counts.";

export const UNCONFIRMED_SENTENCE =
  "It could not be confirmed that your decision was recorded. If it was, the card will show it in a moment; otherwise click again. A second click never counts twice.";

/** A click whose effect is acknowledged when it is durable. */
interface WaitingClick {
  readonly reply: Reply;
  readonly logger: Logger;
  readonly ack: () => Promise<void>;
}

/**
 * Acknowledges a click when its effect is durable or refused, after two seconds at the latest, and answers the person if it did
 * not count: cards show what did.
 *
 * @param what - for the log: which execution, which request, what was done.
 * @returns whether it counted.
 */
export async function answerClick(
  answer: Promise<VoteAnswer>,
  { reply, logger, ack }: WaitingClick,
  context: BotContext,
  what: object,
): Promise<boolean> {
  const isInTime = await settlesWithin(answer, ACK_WITHIN_MS, context);
  await ack();
  if (!isInTime) await reply(`:warning: ${UNCONFIRMED_SENTENCE}`);
  const known = await answer.catch(askAgain);
  if (!known.recorded) {
    logger.info({ ...what, reason: known.reason }, "a decision was refused");
    await reply(showSentence(known.message));
    return false;
  }
  const settled = await known.settled;
  if (settled.kind === "counted") {
    logger.info(what, "a decision counted");
    return true;
  }
  await reply(
    settled.kind === "refused"
      ? showSentence(settled.message)
      : "Your decision is recorded. The card will show it when the run takes it up.",
  );
  return false;
}

/**
 * Adds whether the decision was recorded. Permissions are read from Slack before anything is written, so without its answer
 * nothing was; a store error says itself whether something may have been.
 */
export function askAgain(error: unknown): never {
  const isStore = isAppError(error, "store_unavailable");
  const isSlack = isAppError(error, "slack_unavailable") || isAppError(error, "slack_limited");
  if (!isStore && !isSlack) throw error;
  if (isStore && error.outcomeUnknown) {
    throw new AppError({ code: error.code, message: UNCONFIRMED_SENTENCE, cause: error });
  }
  throw new AppError({
    code: error.code,
    message: `${error.message} Your decision was not recorded: click again in a moment.`,
    cause: error,
  });
}

/** Waits for an answer or a failure. @returns `false` if neither came within `ms`. */
export function settlesWithin(
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
