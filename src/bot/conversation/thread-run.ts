import type { PointedMessage } from "../../engine/ports/conversations.ts";
import { isAppError } from "../../shared/errors.ts";
import { readOwn } from "../../shared/json.ts";
import { findReply, readMessage } from "../../slack/messages.ts";
import type { BotContext } from "../context.ts";
import { cardOf } from "../reconciler/card-links.ts";
import type { Connection } from "./connection.ts";

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
    const ids: string[] = [];
    await findReply(client, { channel, threadTs }, (message) => {
      const card = readOwn(message, "user") === botUserId ? cardOf(message) : null;
      if (card !== null) ids.push(card.executionId);
      return card !== null && readOwn(message, "ts") === threadTs;
    });
    const last = ids.at(-1);
    return last === undefined ? null : await engine.executions.resolveId(last);
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
