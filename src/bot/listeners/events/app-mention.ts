import type { App } from "@slack/bolt";
import { pause } from "../../../engine/ports/clock.ts";
import { readOwn } from "../../../shared/json.ts";
import type { BotContext } from "../../context.ts";
import type { Conversation } from "../../conversation/conversation.ts";
import { toWritten } from "../../conversation/written-message.ts";
import { startAll, toIncoming } from "./message-starts.ts";

/**
 * How long the `message` event of the same message has to come first, in milliseconds: it has the files, which `app_mention` may
 * lack (https://github.com/slackapi/bolt-python/issues/925).
 */
const AFTER_MESSAGE_MS = 1000;

/**
 * The bot is mentioned. Where it is in the channel, the event `message` reports it as well; alone this one comes when the bot was
 * invited because of the mention, and from conversations whose messages the app does not get. Then workflows start by it; if none
 * does, the person is answered. Edits come as `message_changed`.
 */
export function register(app: App, context: BotContext, conversation: Conversation): void {
  app.event("app_mention", async ({ event, body, client, context: { botUserId, retryNum } }) => {
    const message = toWritten(event, body.event_id, false);
    if (message === null || readOwn(event, "edited") !== undefined) return;
    await pause(context.clock, AFTER_MESSAGE_MS);
    if (!(await conversation.claim(message))) return;
    const { user, channel } = message;
    const logger = context.logger.child({ channel, user, event: body.event_id });
    const incoming = toIncoming(context, { ...event, user }, true);
    const started = await startAll(context, incoming, { retryNum, logger });
    if (started.length === 0) await conversation.receive(message, { client, botUserId });
  });
}
