import type { WebClient } from "@slack/web-api";
import type { Logger } from "pino";
import type { Clock } from "../../engine/ports/clock.ts";

/** What a status says. */
export interface BusyStatus {
  /** Follows the name of the bot. */
  readonly status: string;
  /** Shown in turn; Slack takes ten. */
  readonly messages: readonly string[];
}

export const WRITING: BusyStatus = {
  status: "is writing your workflow…",
  messages: [
    "Reading what you want…",
    "Choosing the steps…",
    "Looking for what can go wrong…",
    "Checking every name and value…",
  ],
};

export const READING: BusyStatus = {
  status: "is reading your message…",
  messages: ["Reading your message…"],
};

/**
 * Slack takes a status away after two minutes without a message
 * (https://docs.slack.dev/reference/methods/assistant.threads.setStatus); writing a workflow may take four.
 */
const RENEW_MS = 60_000;

/** A thread of a conversation. */
interface Thread {
  readonly channel: string;
  readonly threadTs: string;
}

/**
 * Shows in a thread what the bot is busy with, until its end is asked for.
 *
 * @returns takes the status away, and never rejects; `null`: Slack shows none here.
 */
export async function showBusyStatus(
  client: WebClient,
  { channel, threadTs }: Thread,
  clock: Clock,
  logger: Logger,
  { status, messages }: BusyStatus,
): Promise<(() => Promise<void>) | null> {
  const place = { channel_id: channel, thread_ts: threadTs };
  const show = (): Promise<unknown> =>
    client.assistant.threads.setStatus({
      ...place,
      status,
      loading_messages: [...messages],
    });
  try {
    await show();
  } catch (error) {
    logger.debug({ err: error }, "could not show a status");
    return null;
  }
  let cancel = (): void => undefined;
  let renewal: Promise<void> = Promise.resolve();
  const renewLater = (): void => {
    cancel = clock.after(RENEW_MS, () => {
      renewal = show().then(
        () => undefined,
        (error: unknown) => logger.debug({ err: error }, "could not renew a status"),
      );
      renewLater();
    });
  };
  renewLater();
  return async () => {
    cancel();
    // One under way would show it again.
    await renewal;
    try {
      await client.assistant.threads.setStatus({ ...place, status: "" });
    } catch (error) {
      logger.debug({ err: error }, "could not clear a status");
    }
  };
}
