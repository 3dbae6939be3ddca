import type { App } from "@slack/bolt";
import { z } from "zod";
import { unescapeText } from "../../../slack/text.ts";
import type { BotServices } from "../../context.ts";

/** What is needed of a message event, whatever its kind. */
const Message = z.object({
  subtype: z.string().optional(),
  channel: z.string(),
  channel_type: z.enum(["channel", "group"]),
  user: z.string().optional(),
  bot_id: z.string().optional(),
  text: z.string().default(""),
  ts: z.string(),
  thread_ts: z.string().optional(),
});

/** Kinds of messages that somebody wrote; edits, joins and the like are none. */
const WRITTEN: readonly (string | undefined)[] = [
  undefined,
  "bot_message",
  "file_share",
  "thread_broadcast",
];

/** A message in a channel: workflows with a fitting trigger start. Those that fit none cost no call to Slack. */
export function register(app: App, services: BotServices): void {
  const { engine } = services;
  app.event("message", async ({ event, body, context }) => {
    const { data } = Message.safeParse(event);
    if (data === undefined || !WRITTEN.includes(data.subtype)) return;
    const { channel, bot_id: botId, user = botId } = data;
    // What this app writes must start nothing: it would answer itself for ever.
    if (user === undefined || user === context.botUserId) return;
    if (botId !== undefined && botId === context.botId) return;
    const logger = services.logger.child({ channel, user, event: body.event_id });
    const { botUserId } = context;
    try {
      await engine.triggers.receiveMessage({
        eventId: body.event_id,
        text: unescapeText(data.text),
        user,
        channel,
        ts: data.ts,
        threadTs: data.thread_ts ?? null,
        isFromBot: botId !== undefined || data.subtype === "bot_message",
        mentionsBot: botUserId !== undefined && data.text.includes(`<@${botUserId}`),
      });
    } catch (error) {
      logger.warn({ err: error }, "it could not be found out what a message starts");
    }
  });
}
