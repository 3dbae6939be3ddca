import type { App } from "@slack/bolt";
import { createReply, guard } from "../../reply.ts";
import type { BotServices } from "../../services.ts";
import { helpMessage } from "../../subcommands/help.ts";
import { SUBCOMMANDS } from "../../subcommands/index.ts";

/** A message to the bot: it explains itself. */
export function register(app: App, services: BotServices): void {
  app.event("message", async ({ event, body, say }) => {
    const isFromPerson = event.subtype === undefined && event.bot_id === undefined;
    if (!isFromPerson || event.channel_type !== "im" || !services.events.add(body.event_id)) return;
    const logger = services.logger.child({
      channel: event.channel,
      user: event.user,
      event: body.event_id,
    });
    const reply = createReply(({ text, blocks }) => say({ text, blocks: [...blocks] }), logger);
    await guard(reply, logger, async () => {
      const caller = await services.rights.caller(event.user);
      await reply(helpMessage(caller.role, services.command, SUBCOMMANDS));
    });
  });
}
