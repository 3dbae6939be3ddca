import type { App } from "@slack/bolt";
import type { ModalView } from "@slack/types";
import type { WebClient } from "@slack/web-api";
import { AppError, asAppError } from "../../../shared/errors.ts";
import { LIMITS } from "../../../slack/limits.ts";
import { toPointed } from "../../../slack/message-text.ts";
import { escapeText, showSentence } from "../../../slack/text.ts";
import type { BotContext } from "../../context.ts";
import { carry, readCarried } from "../../forms/carried.ts";
import { askedInputs, hasToAsk } from "../../forms/fill-in.ts";
import { FormState } from "../../forms/form-state.ts";
import { buildForm, newForm, startForm } from "../../forms/run-forms.ts";
import { ACTION_IDS, CALLBACK_IDS } from "../../ids.ts";
import { createDirectReply } from "../../reply.ts";
import {
  choiceNotice,
  chooseWorkflow,
  loadingChoice,
  readChosen,
} from "../../views/choose-workflow.ts";
import { onAction } from "../actions/on-action.ts";
import { onSubmit, type Submission } from "../dialogs/dialog.ts";
import { fillView, openView, type ViewOptions } from "../dialogs/open-view.ts";
import { startingDialog } from "../dialogs/run-form.ts";

/** The door by which the dialog was opened. */
type Door = Pick<FormState, "via" | "message">;
const Door = FormState.pick({ via: true, message: true });

/**
 * The shortcuts and the button of App Home: a dialog offers the workflows that can be started so; the one that is chosen asks for its
 * inputs, or starts at once if it needs none.
 */
export function register(app: App, context: BotContext): void {
  app.shortcut(CALLBACK_IDS.runWorkflow, async ({ ack, shortcut, client }) => {
    await ack();
    const { trigger_id: triggerId, user } = shortcut;
    await offer(context, client, user.id, triggerId, { via: "shortcut", message: null });
  });
  app.shortcut(
    { callback_id: CALLBACK_IDS.runWorkflowOnMessage, type: "message_action" },
    async ({ ack, shortcut, client }) => {
      await ack();
      const { trigger_id: triggerId, user, channel, message, message_ts: ts } = shortcut;
      // The shortcut is offered in every conversation, also where the bot could not read the message.
      const pointed = toPointed(channel.id, ts, message);
      await offer(context, client, user.id, triggerId, { via: "shortcut", message: pointed });
    },
  );
  onAction(app, context, {
    id: ACTION_IDS.chooseRun,
    parse: () => ({}),
    ack: "after",
    handle: async ({ ack, click, client }) => {
      await ack();
      await offer(context, client, click.user, click.triggerId, { via: "home", message: null });
      return undefined;
    },
  });
  onSubmit(app, context, {
    id: CALLBACK_IDS.chooseWorkflow,
    ...startingDialog(context),
    parse: (metadata) => metadata,
    submit: async ({ value, viewId, user, values }) => {
      try {
        return await take(value, readChosen(values), { viewId, user }, context);
      } catch (error) {
        const { code, message } = asAppError(error);
        throw new AppError({ code, message: `Nothing was started. ${message}`, cause: error });
      }
    },
  });
}

/** Opens a dialog at once, before anything is looked up: its trigger is good for three seconds. */
async function offer(
  context: BotContext,
  client: WebClient,
  user: string,
  triggerId: string | undefined,
  door: Door,
): Promise<void> {
  const logger = context.logger.child({ user });
  const options: ViewOptions = {
    client,
    reply: createDirectReply(context.sender, user, logger),
    logger,
    otherwise: `So nothing was started. ${door.via === "home" ? "Click the button" : "Use the shortcut"} again.`,
  };
  const viewId = await openView(triggerId, loadingChoice(), options);
  if (viewId === null) return;
  const view = await choose(context, user, door).catch((error: unknown) => {
    logger.warn({ err: error }, "the workflows to choose from could not be shown");
    return choiceNotice(`:warning: ${showSentence(asAppError(error).message)}`);
  });
  await fillView(viewId, view, options);
}

async function choose(context: BotContext, user: string, door: Door): Promise<ModalView> {
  const { engine, permissions, keys } = context;
  await permissions.caller(user);
  const runnable = await engine.workflows.runnableBy(user);
  const offered = door.via === "shortcut" ? new Set(await engine.triggers.listShortcuts()) : null;
  const workflows = runnable.filter(({ id }) => offered === null || offered.has(id));
  if (workflows.length === 0) return choiceNotice(offered === null ? NONE : NO_SHORTCUT);
  const about = door.message ? "Workflow for this message" : "Workflow";
  return chooseWorkflow(workflows, about, await carry(door, LIMITS.privateMetadata, keys));
}

const NONE = "There is no workflow that you may run.";
const NO_SHORTCUT = `No workflow can be started here yet. One with the trigger \`${escapeText('{"type": "shortcut"}')}\` can.`;

/** Asks for the inputs of what was chosen, or starts it. */
async function take(
  metadata: string,
  workflowId: string,
  { viewId, user }: { readonly viewId: string; readonly user: string },
  context: BotContext,
): Promise<Submission> {
  const { engine, keys, permissions } = context;
  const door = await readCarried(metadata, Door, keys);
  if (door === null) {
    const message = "This dialog is out of date. Open it again.";
    throw new AppError({ code: "input_invalid", message });
  }
  await permissions.caller(user);
  const { definition } = await engine.workflows.get(workflowId);
  const state = newForm({ ...door, workflowId, channel: null });
  if (hasToAsk(askedInputs(definition.inputs, state), state))
    return { kind: "view", view: await buildForm(state, user, context) };
  await startForm(state, { values: {}, files: [] }, { viewId, user }, context);
  return { kind: "done" };
}
