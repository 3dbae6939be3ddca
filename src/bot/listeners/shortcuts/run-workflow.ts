import type { App } from "@slack/bolt";
import type { View } from "@slack/types";
import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import { AppError, asAppError } from "../../../shared/errors.ts";
import { escapeText } from "../../../slack/text.ts";
import type { BotContext } from "../../context.ts";
import { CALLBACK_IDS } from "../../ids.ts";

/** Slack shows a hundred options. */
const MAX_OFFERED = 100;

/** Where the shortcut was used, kept in the dialog. */
const Place = z.object({ channel: z.string(), ts: z.string() }).nullable();
type Place = z.output<typeof Place>;

const Chosen = z.object({
  workflow: z.object({ workflow: z.object({ selected_option: z.object({ value: z.string() }) }) }),
});

/** The shortcuts: a dialog offers the workflows that can be started so, and starts the one that is chosen. */
export function register(app: App, context: BotContext): void {
  app.shortcut(CALLBACK_IDS.runWorkflow, async ({ ack, shortcut, client }) => {
    await ack();
    await offer(context, client, shortcut.trigger_id, shortcut.user.id, null);
  });
  app.shortcut(
    { callback_id: CALLBACK_IDS.runWorkflowOnMessage, type: "message_action" },
    async ({ ack, shortcut, client }) => {
      await ack();
      const place = { channel: shortcut.channel.id, ts: shortcut.message_ts };
      await offer(context, client, shortcut.trigger_id, shortcut.user.id, place);
    },
  );
  app.view(CALLBACK_IDS.chooseWorkflow, async ({ ack, body, view, client }) => {
    const user = body.user.id;
    const chosen = Chosen.safeParse(view.state.values).data;
    const workflowId = chosen?.workflow.workflow.selected_option.value ?? "";
    await ack();
    try {
      const place = placeOf(view.private_metadata);
      await context.permissions.caller(user);
      await context.engine.triggers.startFromShortcut({ id: view.id, workflowId, user, place });
    } catch (error) {
      const { message } = asAppError(error);
      context.logger.warn({ err: error, user, workflowId }, "a shortcut could not start its run");
      await client.chat.postMessage({
        channel: user,
        text: `:warning: Nothing was started. ${escapeText(message)}`,
      });
    }
  });
}

/** @throws {AppError} for what this dialog never carried. */
function placeOf(metadata: string): Place {
  try {
    return Place.parse(JSON.parse(metadata));
  } catch (cause) {
    const message = "This dialog is out of date. Open the shortcut again.";
    throw new AppError({ code: "input_invalid", message, cause });
  }
}

async function offer(
  context: BotContext,
  client: WebClient,
  triggerId: string,
  user: string,
  place: Place,
): Promise<void> {
  const view = await dialog(context, user, place).catch((error: unknown) => {
    context.logger.warn({ err: error, user }, "a shortcut could not be answered");
    return notice(asAppError(error).message);
  });
  await client.views.open({ trigger_id: triggerId, view });
}

async function dialog(
  { engine, permissions }: BotContext,
  user: string,
  place: Place,
): Promise<View> {
  await permissions.caller(user);
  const offered = new Set(await engine.triggers.listShortcuts());
  const workflows = (await engine.workflows.list()).filter(({ id }) => offered.has(id));
  if (workflows.length === 0) {
    return notice(
      'No workflow can be started here yet. One with the trigger {"type": "shortcut"} can.',
    );
  }
  const options = workflows.slice(0, MAX_OFFERED).map(({ id, name }) => ({
    text: { type: "plain_text" as const, text: name.slice(0, 75) },
    value: id,
  }));
  return {
    type: "modal",
    callback_id: CALLBACK_IDS.chooseWorkflow,
    private_metadata: JSON.stringify(place),
    title: { type: "plain_text", text: "Run a workflow" },
    submit: { type: "plain_text", text: "Run" },
    close: { type: "plain_text", text: "Cancel" },
    blocks: [
      {
        type: "input",
        block_id: "workflow",
        label: { type: "plain_text", text: place ? "Workflow for this message" : "Workflow" },
        element: { type: "static_select", action_id: "workflow", options },
      },
    ],
  };
}

function notice(text: string): View {
  return {
    type: "modal",
    title: { type: "plain_text", text: "Run a workflow" },
    close: { type: "plain_text", text: "Close" },
    blocks: [{ type: "section", text: { type: "plain_text", text: text.slice(0, 3000) } }],
  };
}
