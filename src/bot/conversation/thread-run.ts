import type { PointedMessage } from "../../engine/ports/conversations.ts";
import { isAppError } from "../../shared/errors.ts";
import { readOwn } from "../../shared/json.ts";
import { readMessage } from "../../slack/messages.ts";
import type { BotContext } from "../context.ts";
import { CARD_METADATA } from "../ids.ts";
import type { Connection } from "./connection.ts";

/** Messages of a thread among which its card is looked for. */
const READ = 200;

/**
 * The run that a thread is about: that of the card which begins it, else of the last one that was started in it.
 *
 * @returns its id; `null`: there is none, or Slack does not show the thread. Never rejects.
 */
export async function findThreadRun(
  { channel, threadTs }: { readonly channel: string; readonly threadTs: string | null },
  { client, botUserId }: Connection,
  { engine, logger }: BotContext,
): Promise<string | null> {
  if (threadTs === null) return null;
  try {
    const place = { channel, ts: threadTs, limit: READ, include_all_metadata: true };
    const { messages = [] } = await client.conversations.replies(place);
    const own = messages.filter((one) => readOwn(one, "user") === botUserId);
    const begins = own.find(({ ts }) => ts === threadTs);
    const id = runOf(begins) ?? own.map(runOf).findLast((one) => one !== null) ?? null;
    return id === null ? null : await engine.executions.resolveId(id);
  } catch (error) {
    if (!isAppError(error, "execution_not_found"))
      logger.info({ err: error, channel }, "the run of a thread could not be found");
    return null;
  }
}

/** The message that begins a thread, unless a bot wrote it. @returns `null` also for one that Slack does not show. Never rejects. */
export async function readThreadMessage(
  { channel, threadTs }: { readonly channel: string; readonly threadTs: string | null },
  { client, botUserId }: Connection,
  { logger }: BotContext,
): Promise<PointedMessage | null> {
  if (threadTs === null) return null;
  try {
    const message = await readMessage(client, channel, threadTs);
    const { messageUser } = message;
    return messageUser === null || messageUser === botUserId ? null : message;
  } catch (error) {
    logger.info({ err: error, channel }, "the message that begins a thread could not be read");
    return null;
  }
}

/** The run of a card, by its metadata; `null`: it is none. */
function runOf(message: object | undefined): string | null {
  const metadata = readOwn(message, "metadata");
  const card = readOwn(readOwn(metadata, "event_payload"), "card");
  if (readOwn(metadata, "event_type") !== CARD_METADATA || typeof card !== "string") return null;
  return /^(exec_[^:]+):/.exec(card)?.[1] ?? null;
}
