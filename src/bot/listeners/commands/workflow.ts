import type { App } from "@slack/bolt";
import { answerCommand } from "../../commands/index.ts";
import type { BotContext } from "../../context.ts";
import { createPrivateReply, guard } from "../../reply.ts";

/** `/workflow …`: acknowledges at once, answers the caller alone. */
export function register(app: App, context: BotContext): void {
  app.command(context.command, async ({ command, ack, respond }) => {
    await ack();
    const logger = context.logger.child({
      team: command.team_id,
      channel: command.channel_id,
      user: command.user_id,
    });
    const reply = createPrivateReply(respond, logger);
    await guard(reply, logger, async () => {
      const caller = await context.permissions.caller(command.user_id);
      const from = { caller, channel: command.channel_id, deliveryId: command.trigger_id };
      await reply(await answerCommand(command.text ?? "", from, context));
    });
  });
}
