import type { Logger } from "pino";
import type { StartResult } from "../../../engine/api/executions.ts";
import type { IncomingMessage, ReceivedFiles } from "../../../engine/api/triggers.ts";
import { omitUndefined } from "../../../shared/omit-undefined.ts";
import { filesOf } from "../../../slack/files.ts";
import { readMessageText, readShown } from "../../../slack/message-text.ts";
import { escapeText } from "../../../slack/text.ts";
import type { BotContext } from "../../context.ts";
import { throwIfWorthRepeating } from "../../receiver/repeats.ts";
import { createQuietReply, guard } from "../../reply.ts";

/** A message in a channel as its event describes it. */
interface ChannelMessage {
  readonly user: string;
  readonly channel: string;
  readonly ts: string;
  readonly thread_ts?: string | undefined;
  readonly bot_id?: string | undefined;
  readonly subtype?: string | undefined;
  readonly files?: unknown;
}

/** A message as triggers read it: the same, however Slack reports it, as `message`, as `app_mention`, or as both. */
export function toIncoming(
  { files }: Pick<BotContext, "files">,
  message: ChannelMessage,
  mentionsBot: boolean,
): IncomingMessage {
  const { user, channel, ts, thread_ts: threadTs = null, bot_id: botId, subtype } = message;
  return {
    ...{ eventId: `${channel}:${ts}`, user, channel, ts, threadTs, mentionsBot },
    isFromBot: botId !== undefined || subtype === "bot_message",
    ...{ text: readMessageText(message), readings: readShown(message) },
    files: filesOf(message.files).map((file) => ({
      ...{ id: file.id, name: file.name, size: file.size, type: file.mimetype },
      read: (maxBytes) => files.read(file, maxBytes),
    })),
  };
}

/**
 * Starts what a message and its files ask for. Who shared a file that would have started something and cannot be read hears why.
 *
 * @param retryNum - which repeat this delivery is.
 * @throws what may succeed when the message is delivered again, if it will be.
 */
export async function startAll(
  context: Pick<BotContext, "engine" | "sender">,
  message: IncomingMessage,
  { retryNum, logger }: { readonly retryNum: number | undefined; readonly logger: Logger },
): Promise<readonly StartResult[]> {
  const { triggers } = context.engine;
  const failures: unknown[] = [];
  const failed = (error: unknown): null => {
    logger.warn({ err: error }, "could not start the workflows that a message triggers");
    failures.push(error);
    return null;
  };
  const started = (await triggers.receiveMessage(message).catch(failed)) ?? [];
  const files = await triggers.receiveFiles(message).catch(failed);
  for (const error of failures) throwIfWorthRepeating(error, retryNum);
  if (files === null) return started;
  if (files.unread.length > 0 && !message.isFromBot) {
    // Not awaited: the event is acknowledged when what it starts is stored.
    void refuse(context, message, files.unread, logger);
  }
  return [...started, ...files.started];
}

async function refuse(
  { sender }: Pick<BotContext, "sender">,
  { user, channel, threadTs }: IncomingMessage,
  unread: ReceivedFiles["unread"],
  logger: Logger,
): Promise<void> {
  const place = { user, channel, ...omitUndefined({ threadTs: threadTs ?? undefined }) };
  const reply = createQuietReply(sender, place, logger);
  const lines = unread.map(({ name, problem }) => `• ${escapeText(name)}: ${problem}.`);
  const text = `:warning: Nothing was started with this, because I cannot read it:\n${lines.join("\n")}\nWhen that is mended, share it again.`;
  await guard(reply, logger, () => reply(text));
}
