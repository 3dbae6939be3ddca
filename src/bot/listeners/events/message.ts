import type { App } from "@slack/bolt";
import { z } from "zod";
import { readMessageText } from "../../../slack/message-text.ts";
import type { BotContext } from "../../context.ts";
import { throwIfWorthRepeating } from "../../receiver/repeats.ts";
import { answerSpoken } from "./spoken-decision.ts";

/** The fields of a message event that are used, whatever its subtype. */
const Message = z.object({
  subtype: z.string().optional(),
  channel: z.string(),
  channel_type: z.enum(["channel", "group"]),
  user: z.string().optional(),
  bot_id: z.string().optional(),
  text: z.string().default(""),
  ts: z.string(),
  thread_ts: z.string().optional(),
  parent_user_id: z.string().optional(),
});

/** Subtypes of messages that a person or a bot wrote; edits, joins and the like are not among them. */
const WRITTEN: readonly (string | undefined)[] = [
  undefined,
  "bot_message",
  "file_share",
  "thread_broadcast",
];

/** A message in a channel: workflows with a matching trigger start. A message that matches none costs no call to Slack. */
export function register(app: App, context: BotContext): void {
  const { engine } = context;
  app.event("message", async ({ event, body, client, context: listened }) => {
    const { botId: ownBotId, botUserId, retryNum } = listened;
    const { data } = Message.safeParse(event);
    if (data === undefined || !WRITTEN.includes(data.subtype)) return;
    const { channel, bot_id: botId, user = botId } = data;
    // What this app writes must start nothing: it would answer itself forever.
    if (user === undefined || user === botUserId) return;
    if (botId !== undefined && botId === ownBotId) return;
    const logger = context.logger.child({ channel, user, event: body.event_id });
    // Not awaited: the event is acknowledged when what it starts is stored.
    void answerSpoken(context, client, { ...data, user }, botUserId).catch((error: unknown) => {
      logger.warn({ err: error }, "could not lead a person to the buttons");
    });
    try {
      await engine.triggers.receiveMessage({
        eventId: body.event_id,
        text: readMessageText(event),
        user,
        channel,
        ts: data.ts,
        threadTs: data.thread_ts ?? null,
        isFromBot: botId !== undefined || data.subtype === "bot_message",
        mentionsBot: botUserId !== undefined && data.text.includes(`<@${botUserId}`),
      });
    } catch (error) {
      logger.warn({ err: error }, "could not start the workflows that a message triggers");
      throwIfWorthRepeating(error, retryNum);
    }
  });
}
