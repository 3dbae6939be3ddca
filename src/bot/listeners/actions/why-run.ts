import type { App, BlockAction } from "@slack/bolt";
import { AppError } from "../../../errors.ts";
import { parseRunValue } from "../../button-values.ts";
import { ACTION_IDS } from "../../ids.ts";
import { createPrivateReply, guard } from "../../reply.ts";
import type { BotServices } from "../../services.ts";
import { showWhy } from "../../subcommands/why.ts";
import { parseClick } from "./click.ts";

/** The button of a run's card that asks why AI decided as it did; seen by whoever clicked. */
export function register(app: App, services: BotServices): void {
  app.action<BlockAction>(ACTION_IDS.whyRun, async ({ ack, body, respond }) => {
    await ack();
    const click = parseClick(body);
    const logger = services.logger.child({ channel: click.channel, user: click.user });
    const reply = createPrivateReply(respond, logger, click.threadTs);
    await guard(reply, logger, async () => {
      await services.rights.caller(click.user);
      const value = parseRunValue(click.value);
      if (value === null) {
        throw new AppError({
          code: "execution_not_found",
          message: "This button belongs to no run. Use the newest card of the run.",
        });
      }
      await reply(await showWhy(services, value.e));
    });
  });
}
