import type { App, BlockAction } from "@slack/bolt";
import { AppError } from "../../../errors.ts";
import { parseRunValue } from "../../button-values.ts";
import { ACTION_IDS } from "../../ids.ts";
import { createPrivateReply, guard } from "../../reply.ts";
import type { BotServices } from "../../services.ts";
import { cancelRun } from "../../subcommands/cancel.ts";
import { parseClick } from "./click.ts";

/** The button of a run's card. */
export function register(app: App, services: BotServices): void {
  app.action<BlockAction>(ACTION_IDS.cancelRun, async ({ ack, body, respond }) => {
    await ack();
    const click = parseClick(body);
    const logger = services.logger.child({ channel: click.channel, user: click.user });
    const reply = createPrivateReply(respond, logger, click.threadTs);
    await guard(reply, logger, async () => {
      const caller = await services.rights.caller(click.user);
      const value = parseRunValue(click.value);
      if (value === null) {
        throw new AppError({
          code: "execution_not_found",
          message: "This button belongs to no run. Use the newest card of the run.",
        });
      }
      await reply(await cancelRun(services.engine, caller, value.e));
    });
  });
}
