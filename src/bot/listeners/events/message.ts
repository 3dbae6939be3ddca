import type { App } from "@slack/bolt";
import { z } from "zod";
import type { BotContext } from "../../context.ts";
import { mentions } from "../../conversation/addressed.ts";
import type { Conversation } from "../../conversation/conversation.ts";
import { toWritten } from "../../conversation/written-message.ts";
import { startAll, toIncoming } from "./message-starts.ts";
import { answerSpoken } from "./spoken-decision.ts";

/** The fields of a message event that are used, whatever its subtype; its blocks are read as they are. */
const Message = z.looseObject({
  subtype: z.string().optional(),
  channel: z.string(),
  channel_type: z.enum(["channel", "group"]),
  user: z.string().optional(),
  bot_id: z.string().optional(),
  text: z.string().default(""),
  ts: z.string(),
  thread_ts: z.string().optional(),
  parent_user_id: z.string().optional(),
  files: z.unknown().optional(),
});

/** Subtypes of messages that a person or a bot wrote; edits, joins and the like are not among them. */
const WRITTEN: readonly (string | undefined)[] = [
  undefined,
  "bot_message",
  "file_share",
  "thread_broadcast",
];

/** A message in a channel, with its author: a person or a bot. */
type ChannelMessage = z.output<typeof Message> & { readonly user: string };

/**
 * A message in a channel: workflows with a matching trigger start; one that mentions the bot and starts none is answered. A message
 * that does neither costs no call to Slack.
 */
export function register(app: App, context: BotContext, conversation: Conversation): void {
  app.event("message", async ({ event, body, client, context: { botId, botUserId, retryNum } }) => {
    const message = readMessage(event, { botId, botUserId });
    if (message === null) return;
    const eventId = body.event_id;
    const logger = context.logger.child({
      ...{ channel: message.channel, user: message.user, event: eventId },
    });
    const mentionsBot = mentions(message.text, botUserId);
    const mention = mentionsBot ? toWritten(event, eventId, false) : null;
    // Before anything slow: the event `app_mention` reports the same message.
    const isOurs = mention !== null && (await conversation.claim(mention));
    // Not awaited: the event is acknowledged when what it starts is stored.
    void answerSpoken(context, message, botUserId).catch((error: unknown) => {
      logger.warn({ err: error }, "could not lead a person to the buttons");
    });
    const incoming = toIncoming(context, message, mentionsBot);
    const started = await startAll(context, incoming, { retryNum, logger });
    if (isOurs && started.length === 0) await conversation.receive(mention, { client, botUserId });
  });
}

/** `null`: no message of another, or none that was written. */
function readMessage(
  event: unknown,
  own: { readonly botId?: string | undefined; readonly botUserId?: string | undefined },
): ChannelMessage | null {
  const { data } = Message.safeParse(event);
  if (data === undefined || !WRITTEN.includes(data.subtype)) return null;
  const { bot_id: botId, user = botId } = data;
  // What this app writes must start nothing: it would answer itself forever.
  if (user === undefined || user === own.botUserId) return null;
  if (botId !== undefined && botId === own.botId) return null;
  return { ...data, user };
}
