import type { App } from "@slack/bolt";
import { isFinished } from "../../../engine/model/state.ts";
import { AppError } from "../../../shared/errors.ts";
import { mentionPerson, shortRunId } from "../../../slack/text.ts";
import { parseShowValue } from "../../action-values.ts";
import type { BotContext } from "../../context.ts";
import { ACTION_IDS } from "../../ids.ts";
import { onAction } from "./on-action.ts";

/** "That was not me": pauses the run at once, and notifies the admins, who alone resume it. */
export function register(app: App, context: BotContext): void {
  onAction(app, context, {
    id: ACTION_IDS.notMe,
    parse: parseShowValue,
    ack: "before",
    handle: async ({ value, click: { user }, logger }) => {
      const { engine, command, notifyAdmins } = context;
      const view = await engine.executions.get(value.e);
      const request = view.requests.find(({ opened }) => opened.id === value.r);
      if (request?.votes.some(({ by }) => by === user) !== true) {
        const message = "No decision on this request is recorded under your name.";
        throw new AppError({ code: "not_allowed", message });
      }
      const run = shortRunId(view.executionId);
      const isOver = isFinished(view.status);
      if (!isOver) await engine.executions.pause(view.executionId, user);
      logger.warn({ executionId: view.executionId }, "a person disowns a decision");
      const what = `${mentionPerson(user)} says that the decision recorded under this name on "${request.opened.title}" (${view.workflowName}, run ${run}) was not theirs.`;
      const next = isOver
        ? "The run was over already."
        : `The run is paused. To resume it: ${command} resume ${run}; to end it: ${command} cancel ${run}.`;
      const isNotified = await notifyAdmins(`${what} ${next}`);
      const admins = isNotified
        ? "The admins were notified."
        : "No admin could be notified: write to one.";
      return isOver
        ? `:warning: The run is over, so nothing can be stopped. ${admins}`
        : `:double_vertical_bar: The run is paused before its next step. ${admins} Change your password, and end your other sessions in Slack.`;
    },
  });
}
