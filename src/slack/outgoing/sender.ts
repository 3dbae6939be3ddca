import type {
  ChatPostEphemeralArguments,
  ChatPostMessageArguments,
  ChatPostMessageResponse,
  ChatUpdateArguments,
  FilesCompleteUploadExternalArguments,
  FilesCompleteUploadExternalResponse,
  WebClient,
} from "@slack/web-api";
import { type Clock, pause } from "../../engine/ports/clock.ts";
import { AppError } from "../../shared/errors.ts";
import { toSlackFailure } from "../errors.ts";
import { UNPARSED, UNPARSED_POST } from "../unparsed.ts";
import type { OutgoingCall } from "./limits.ts";
import type { Place } from "./order.ts";
import type { OutgoingQueue, PostingStep } from "./queue.ts";

/** An answer to a person that could not be sent for so long is of no use any more, in milliseconds. */
const PATIENCE_MS = 10 * 60_000;

/** The place of an answer to a person: before everything else, in the order of the answers. */
export const ANSWER: Place = { urgency: "reply", since: 0 };

/** An answer whose outcome is unknown is sent once more after so many milliseconds. */
const ANSWER_AGAIN_MS = 300;

/**
 * Sends what people see, each call in its turn. A call that Slack limits is sent again when Slack takes it. An answer to a person of
 * which is not known whether Slack took it is sent once more: better twice than not at all. Nothing else is repeated. Methods throw
 * what the Web API client throws.
 */
export interface Sender {
  post(message: ChatPostMessageArguments, place: Place): Promise<ChatPostMessageResponse>;
  update(message: ChatUpdateArguments, place: Place): Promise<void>;
  /** Posts what one person alone sees. */
  postPrivately(message: ChatPostEphemeralArguments, place: Place): Promise<void>;
  /**
   * Posts the message of a step if its turn is near.
   *
   * @throws {AppError} `slack_limited` if it is not, or if the step is stopped before: nothing was tried, and `retryAfterMs` says when
   *   to come back. Its place in the queue is kept.
   */
  postForStep(
    message: ChatPostMessageArguments,
    step: PostingStep,
  ): Promise<ChatPostMessageResponse>;
  /** Shares a file that was uploaded, as a step: a message in its channel as any other. @throws as `postForStep`. */
  shareForStep(
    file: FilesCompleteUploadExternalArguments & { readonly channel_id: string },
    step: PostingStep,
  ): Promise<FilesCompleteUploadExternalResponse>;
  /** Makes another call of a step that changes what people see. @throws as `postForStep`. */
  callForStep<Answer>(
    call: OutgoingCall,
    step: PostingStep,
    run: (client: WebClient) => Promise<Answer>,
  ): Promise<Answer>;
}

/** @param client - must neither wait nor retry. */
export function createSender(client: WebClient, queue: OutgoingQueue, clock: Clock): Sender {
  const send = async <Answer>(
    call: OutgoingCall,
    place: Place,
    run: () => Promise<Answer>,
  ): Promise<Answer> => {
    const end = clock.elapsed() + PATIENCE_MS;
    let mayRepeat = place.urgency === "reply";
    for (;;) {
      using _turn = await queue.turn(call, place);
      try {
        return await run();
      } catch (error) {
        const failure = toSlackFailure(error);
        if (failure.kind === "limited" && clock.elapsed() + failure.retryAfterMs <= end) {
          await queue.limited(call, failure.retryAfterMs);
        } else if (mayRepeat && (failure.kind === "unknown" || failure.kind === "unsent")) {
          mayRepeat = false;
          await pause(clock, ANSWER_AGAIN_MS);
        } else throw error;
      }
    }
  };
  return {
    post: (message, place) =>
      send({ method: "chat.postMessage", channel: message.channel }, place, () =>
        client.chat.postMessage({ ...UNPARSED_POST, ...message }),
      ),
    update: async (message, place) => {
      await send({ method: "chat.update" }, place, () =>
        client.chat.update({ ...UNPARSED, ...message }),
      );
    },
    postPrivately: async (message, place) => {
      await send({ method: "chat.postEphemeral" }, place, () =>
        client.chat.postEphemeral({ ...UNPARSED, ...message }),
      );
    },
    postForStep: (message, step) =>
      sendForStep(queue, postTo(message.channel), step, () =>
        client.chat.postMessage({ ...UNPARSED_POST, ...message }),
      ),
    shareForStep: (file, step) =>
      sendForStep(queue, postTo(file.channel_id), step, () =>
        client.files.completeUploadExternal(file),
      ),
    callForStep: (call, step, run) => sendForStep(queue, call, step, () => run(client)),
  };
}

function postTo(channel: string): OutgoingCall {
  return { method: "chat.postMessage", channel };
}

/** @throws {AppError} `slack_limited` if its turn is not near; what the client throws, unless Slack limits the call. */
async function sendForStep<Answer>(
  queue: OutgoingQueue,
  call: OutgoingCall,
  step: PostingStep,
  run: () => Promise<Answer>,
): Promise<Answer> {
  for (;;) {
    const turn = await queue.turnOrWait(step, call);
    if (typeof turn === "number") throw noRoom(call, turn);
    using _turn = turn;
    try {
      return await run();
    } catch (error) {
      const failure = toSlackFailure(error);
      if (failure.kind !== "limited") throw error;
      await queue.limited(call, failure.retryAfterMs);
    }
  }
}

function noRoom(call: OutgoingCall, retryAfterMs: number): AppError {
  return new AppError({
    code: "slack_limited",
    message:
      "channel" in call
        ? `Slack takes about one message a second in a channel, and more wait for ${call.channel}: this one waits for its turn.`
        : `Slack limits how often the bot may call ${call.method}: this call waits for its turn.`,
    retryable: true,
    retryAfterMs,
  });
}
