import type { WebClient } from "@slack/web-api";
import type { Clock } from "../../engine/ports/clock.ts";
import type { Logger } from "../../engine/ports/logger.ts";
import type { Connection } from "./connection.ts";
import type { Conversation } from "./conversation.ts";
import type { Unanswered } from "./unanswered.ts";

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

  const again = (): void => {
    cancelTimer();
    if (!isStopped) cancelTimer = clock.after(LATER_MS, () => void takeOver());
  };

  async function takeOver(): Promise<void> {
    try {
      const left = await unanswered.takeOver(isAlone);
      if (left.length === 0) return;
      const results = await Promise.all(
        left.map(async (underway) => {
          try {
            const { user_id: botUserId } = await client.auth.test();
            const connection: Connection = { client, botUserId };
            await conversation.resume(underway, connection);
            return true;
          } catch (error) {
            logger.warn(
              { err: error },
              "a message could not be answered after a restart; retrying",
            );
            underway.release();
            return false;
          }
        }),
      );
      if (results.includes(false)) again();
    } catch (error) {
      logger.warn({ err: error }, "messages without an answer could not be read; retrying");
      again();
    }
  }

  return {
    start: () => {
      stopListening = onProcessDied(() => void takeOver());
      void takeOver();
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
