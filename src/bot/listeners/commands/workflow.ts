import type { App } from "@slack/bolt";
import { answerCommand } from "../../commands/index.ts";
import type { BotContext } from "../../context.ts";
import { createPrivateReply, guard } from "../../reply.ts";
import { answerWithForm } from "../dialogs/run-form.ts";

/** `/workflow …`: acknowledges at once, answers the caller alone, with a form where values are missing. */
export function register(app: App, context: BotContext): void {
  app.command(context.command, async ({ command, ack, respond, client }) => {
    await ack();
    const logger = context.logger.child({
      team: command.team_id,
      channel: command.channel_id,
      user: command.user_id,
    });
    const reply = createPrivateReply(respond, logger);
    await guard(reply, logger, async () => {
      const { user_id: user, trigger_id: triggerId } = command;
      const caller = await context.permissions.caller(user);
      const from = { caller, channel: command.channel_id, deliveryId: triggerId };
      const answer = await answerCommand(command.text ?? "", from, context);
      await answerWithForm(answer, { client, logger, reply, triggerId, user }, context);
    });
  });
}
