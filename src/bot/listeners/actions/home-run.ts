import type { App } from "@slack/bolt";
import { AppError } from "../../../shared/errors.ts";
import type { BotContext } from "../../context.ts";
import type { FormState } from "../../forms/form-state.ts";
import { newForm } from "../../forms/run-forms.ts";
import { ACTION_IDS } from "../../ids.ts";
import { openForm } from "../dialogs/run-form.ts";
import { onAction } from "./on-action.ts";

/** The list of App Home in which one finds a workflow, and the buttons beside those that one ran last: both open its form. */
export function register(app: App, context: BotContext): void {
  for (const id of [ACTION_IDS.runChosen, ACTION_IDS.runFromHome]) {
    onAction(app, context, {
      id,
      parse: (value) => value || null,
      unknown: { code: "workflow_not_found", message: "Choose a workflow of the list." },
      ack: "after",
      handle: async ({ ack, value, click, client, logger, reply }) => {
        await ack();
        const { user, triggerId } = click;
        const door = { client, logger, reply, triggerId, user };
        await openForm(() => chosen(value, user, context), door, context);
        return undefined;
      },
    });
  }
}

/** Rights may have been taken away, and workflows removed, since the page was shown. @throws {AppError} `workflow_not_found`, `not_allowed`. */
async function chosen(
  workflowId: string,
  user: string,
  { engine }: BotContext,
): Promise<FormState> {
  const runnable = await engine.workflows.runnableBy(user);
  if (runnable.some(({ id }) => id === workflowId))
    return newForm({ workflowId, via: "home", channel: null });
  const { definition } = await engine.workflows.get(workflowId);
  const rights = await engine.access.explain(workflowId, user, user);
  throw new AppError({
    code: "not_allowed",
    message: `You may no longer run “${definition.name}”, so nothing was started. ${rights.join(" ")}`,
  });
}
