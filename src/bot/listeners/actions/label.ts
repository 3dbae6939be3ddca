import type { App, BlockAction } from "@slack/bolt";
import { AppError } from "../../../errors.ts";
import { type LabelValue, parseLabelValue } from "../../button-values.ts";
import { ACTION_IDS } from "../../ids.ts";
import { createPrivateReply, guard } from "../../reply.ts";
import type { BotServices } from "../../services.ts";
import { keepLabel } from "../../subcommands/label.ts";
import { choicesOf } from "../../subcommands/why.ts";
import { parseClick } from "./click.ts";

/** What labels a decision in the answer to “Why?”: it was right, or something else would have been. */
export function register(app: App, services: BotServices): void {
  for (const actionId of [ACTION_IDS.labelRight, ACTION_IDS.labelOther]) {
    app.action<BlockAction>(actionId, async ({ ack, body, respond }) => {
      await ack();
      const click = parseClick(body);
      const logger = services.logger.child({ channel: click.channel, user: click.user });
      const reply = createPrivateReply(respond, logger, click.threadTs);
      await guard(reply, logger, async () => {
        await services.rights.caller(click.user);
        await reply(await label(services, click.user, parseLabelValue(click.value)));
      });
    });
  }
}

async function label(services: BotServices, by: string, value: LabelValue | null): Promise<string> {
  if (value === null) {
    throw new AppError({
      code: "execution_not_found",
      message: "This belongs to no decision. Ask the run's card why once more.",
    });
  }
  const { e: executionId, p: path, c } = value;
  if (c === undefined) return keepLabel(services, { executionId, path, by });
  const { workflowId, workflowVersion } = await services.engine.getExecution(executionId);
  const { definition } = await services.engine.getWorkflow(workflowId, workflowVersion);
  const stepId = path.slice(path.lastIndexOf("/") + 1).replace(/#\d+$/, "");
  const expected = choicesOf(definition, stepId)[c];
  if (expected === undefined) {
    throw new AppError({
      code: "input_invalid",
      message: "This choice is not one of the step's values any more. Nothing was noted.",
    });
  }
  return keepLabel(services, { executionId, path, expected, by });
}
