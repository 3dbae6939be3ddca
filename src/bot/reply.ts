import { randomBytes } from "node:crypto";
import type { RespondArguments } from "@slack/bolt";
import type { Logger } from "pino";
import { type AppError, asAppError, faultOf } from "../shared/errors.ts";
import { omitUndefined } from "../shared/omit-undefined.ts";
import { isCallError, toSlackError } from "../slack/errors.ts";
import { ANSWER, type Sender } from "../slack/outgoing/sender.ts";
import { showSentence } from "../slack/text.ts";
import { type CardMessage, contextBlock, message, section, unfold } from "./views/blocks/build.ts";

/** Answers a person. Never rejects: an answer that cannot be given is logged. */
export type Reply = (answer: CardMessage | string) => Promise<void>;

type Respond = (answer: RespondArguments) => Promise<unknown>;

/** Answers through `send`; what a person asked for is shown whole. */
export function createReply(
  send: (answer: CardMessage) => Promise<unknown>,
  logger: Logger,
): Reply {
  return async (answer) => {
    try {
      const { text, blocks } =
        typeof answer === "string" ? message(answer, [section(answer)]) : answer;
      await send({ text, blocks: unfold(blocks) });
    } catch (error) {
      logger.warn({ err: error }, "could not deliver an answer");
    }
  };
}

/** Answers where a person clicked or typed; only that person sees it. @param threadTs - thread of the click. */
export function createPrivateReply(respond: Respond, logger: Logger, threadTs?: string): Reply {
  return createReply(
    ({ text, blocks }) =>
      respond({
        response_type: "ephemeral",
        replace_original: false,
        text,
        blocks: [...blocks],
        ...omitUndefined({ thread_ts: threadTs }),
      }),
    logger,
  );
}

/** A place in a conversation where a person is answered. */
export interface Spot {
  readonly channel: string;
  readonly user: string;
  /** Absent: beside the messages of the channel. */
  readonly threadTs?: string | undefined;
}

/** Answers in a conversation, for all who are there. */
export function createOpenReply(
  sender: Sender,
  { channel, threadTs }: Spot,
  logger: Logger,
): Reply {
  return createReply(
    ({ text, blocks }) =>
      sender.post(
        { channel, text, blocks: [...blocks], ...omitUndefined({ thread_ts: threadTs }) },
        ANSWER,
      ),
    logger,
  );
}

/** Answers a person alone in a conversation; by direct message where Slack refuses that. */
export function createQuietReply(sender: Sender, spot: Spot, logger: Logger): Reply {
  const { channel, user, threadTs } = spot;
  return createReply(async ({ text, blocks }) => {
    const content = { text, blocks: [...blocks] };
    try {
      await sender.postPrivately(
        { channel, user, ...content, ...omitUndefined({ thread_ts: threadTs }) },
        ANSWER,
      );
    } catch (error) {
      logger.info({ err: error }, "an answer goes to the direct message");
      await sender.post({ channel: user, ...content }, ANSWER);
    }
  }, logger);
}

/** Answers a person by direct message. */
export function createDirectReply(sender: Sender, user: string, logger: Logger): Reply {
  return createOpenReply(sender, { channel: user, user }, logger);
}

/**
 * The one place where an error becomes what a person sees: what happened, what to do, and a reference to the log if it is not
 * theirs to mend.
 */
export async function guard(
  reply: Reply,
  logger: Logger,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const known = isCallError(error) ? toSlackError(error, "the answer") : asAppError(error);
    const reference = randomBytes(4).toString("hex");
    const isTheirs = faultOf(known.code) === "user" || faultOf(known.code) === "author";
    logger[isTheirs ? "info" : "error"](
      { err: known, code: known.code, reference },
      "a request was answered with an error",
    );
    await reply(showError(known, isTheirs ? null : reference));
  }
}

function showError(error: AppError, reference: string | null): CardMessage {
  const text = `:warning: ${showSentence(error.message)}`;
  return message(text, [
    section(text),
    ...(reference === null ? [] : [contextBlock(`Reference for the operator: \`${reference}\``)]),
  ]);
}
