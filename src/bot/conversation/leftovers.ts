import type { WebClient } from "@slack/web-api";
import type { Clock } from "../../engine/ports/clock.ts";
import type { Logger } from "../../engine/ports/logger.ts";
import { asAppError } from "../../shared/errors.ts";
import { isCallError, toSlackError } from "../../slack/errors.ts";
import type { Connection } from "./connection.ts";
import type { Conversation } from "./conversation.ts";
import type { Unanswered, Underway } from "./unanswered.ts";

interface Options {
  readonly conversation: Pick<Conversation, "resume">;
  readonly unanswered: Unanswered;
  readonly client: WebClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onProcessDied: (listener: () => void) => () => void;
  /** Does no other process work on the store? */
  readonly isAlone: boolean;
}

/** When messages of a process are looked for that died just before the start of this one, and how soon after a failure, in milliseconds. */
const LATER_MS = 30_000;

/** Takes over the messages that a process left without an answer when it died. */
export function createLeftovers(options: Options): { start(): void; stop(): void } {
  const { conversation, unanswered, client, clock, logger, onProcessDied, isAlone } = options;
  let cancelTimer = (): void => undefined;
  let stopListening = (): void => undefined;
  let isStopped = false;
  let last: Promise<void> = Promise.resolve();

  const again = (): void => {
    cancelTimer();
    if (!isStopped) cancelTimer = clock.after(LATER_MS, look);
  };

  /** @returns `false`: it is taken over again later. */
  async function resume(underway: Underway, connected: Promise<Connection>): Promise<boolean> {
    try {
      await conversation.resume(underway, await connected);
      return true;
    } catch (error) {
      const known = isCallError(error) ? toSlackError(error, "who the bot is") : asAppError(error);
      await underway.release(known.retryable);
      logger.warn({ err: error }, "a message could not be answered after a restart; retrying");
      return false;
    }
  }

  async function connect(): Promise<Connection> {
    const { user_id: botUserId } = await client.auth.test();
    return { client, botUserId };
  }

  async function takeOver(): Promise<void> {
    const { taken, isComplete } = await unanswered.takeOver(isAlone);
    if (taken.length > 0) {
      const connected = connect();
      const results = await Promise.all(taken.map((one) => resume(one, connected)));
      if (results.includes(false)) again();
    }
    if (!isComplete) again();
  }

  /** One look after the other: two at once would take the same messages. */
  function look(): void {
    last = last.then(takeOver);
  }

  return {
    start: () => {
      stopListening = onProcessDied(look);
      look();
      // A process that died a moment ago may still be alive to all that can be known.
      if (!isAlone) again();
    },
    stop: () => {
      isStopped = true;
      stopListening();
      cancelTimer();
    },
  };
}
