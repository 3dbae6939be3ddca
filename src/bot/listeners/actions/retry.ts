import type { App, BlockAction } from "@slack/bolt";
import { AppError } from "../../../errors.ts";
import { parseBulkRetryValue, parseRetryValue } from "../../button-values.ts";
import { ACTION_IDS } from "../../ids.ts";
import { createPrivateReply, guard } from "../../reply.ts";
import type { BotServices } from "../../services.ts";
import { retryAll, retryRun } from "../../subcommands/retry.ts";
import { parseClick } from "./click.ts";

/** The button of a failed or cancelled run's card, of a question about a doubtful effect, and of a bulk retry. */
export function register(app: App, services: BotServices): void {
  app.action<BlockAction>(ACTION_IDS.retryRun, async ({ ack, body, respond }) => {
    await ack();
    const click = parseClick(body);
    const logger = services.logger.child({ channel: click.channel, user: click.user });
    const reply = createPrivateReply(respond, logger, click.threadTs);
    await guard(reply, logger, async () => {
      const caller = await services.rights.caller(click.user);
      const value = parseRetryValue(click.value);
      if (value === null) throw unknownButton();
      const choice = {
        executionId: value.e,
        ...(value.f !== undefined && { fromStep: value.f }),
        ...(value.v && { variables: value.v }),
        acceptsDoubt: value.d ?? false,
      };
      await reply(await retryRun(services, caller, choice));
    });
  });
  app.action<BlockAction>(ACTION_IDS.retryAll, async ({ ack, body, respond }) => {
    await ack();
    const click = parseClick(body);
    const logger = services.logger.child({ channel: click.channel, user: click.user });
    const reply = createPrivateReply(respond, logger, click.threadTs);
    await guard(reply, logger, async () => {
      const caller = await services.rights.caller(click.user);
      const value = parseBulkRetryValue(click.value);
      if (value === null) throw unknownButton();
      const { w: workflowId, s: status, t: since } = value;
      await reply(await retryAll(services, caller, { workflowId, status, since }));
    });
  });
}

function unknownButton(): AppError {
  return new AppError({
    code: "execution_not_found",
    message: "This button belongs to no run. Use the newest card of the run.",
  });
}
