import type { App } from "@slack/bolt";
import type { ModalView } from "@slack/types";
import type { WebClient } from "@slack/web-api";
import type { PointedMessage } from "../../../engine/ports/conversations.ts";
import { AppError, asAppError } from "../../../shared/errors.ts";
import { omitUndefined } from "../../../shared/omit-undefined.ts";
import { toPointed } from "../../../slack/message-text.ts";
import { showSentence } from "../../../slack/text.ts";
import type { BotContext } from "../../context.ts";
import { CALLBACK_IDS } from "../../ids.ts";
import { createDirectReply, guard } from "../../reply.ts";
import {
  fitsDialog,
  loadingShortcut,
  parseCarried,
  readChosen,
  shortcutDialog,
  shortcutNotice,
} from "../../views/shortcut-dialog.ts";
import { fillView, openView, type ViewOptions } from "../dialogs/open-view.ts";

/** A shortcut as it was used. */
interface Used {
  readonly user: string;
  readonly triggerId: string;
  /** The message in whose menu it was; `null`: in no message's. */
  readonly on: PointedMessage | null;
}

/** The shortcuts: a dialog offers the workflows that can be started so, and starts the one that is chosen. */
export function register(app: App, context: BotContext): void {
  app.shortcut(CALLBACK_IDS.runWorkflow, async ({ ack, shortcut, client }) => {
    await ack();
    const { trigger_id: triggerId, user } = shortcut;
    await offer(context, client, { user: user.id, triggerId, on: null });
  });
  app.shortcut(
    { callback_id: CALLBACK_IDS.runWorkflowOnMessage, type: "message_action" },
    async ({ ack, shortcut, client }) => {
      await ack();
      const { trigger_id: triggerId, user, channel, message, message_ts: ts } = shortcut;
      // The shortcut is offered in every conversation, also where the bot could not read the message.
      await offer(context, client, {
        user: user.id,
        triggerId,
        on: toPointed(channel.id, ts, message),
      });
    },
  );
  app.view(CALLBACK_IDS.chooseWorkflow, async ({ ack, body, view }) => {
    await ack();
    const user = body.user.id;
    const workflowId = readChosen(view.state.values);
    const logger = context.logger.child({ user, workflowId });
    await guard(createDirectReply(context.sender, user, logger), logger, async () => {
      try {
        await context.permissions.caller(user);
        await context.engine.triggers.startFromShortcut({
          ...{ id: view.id, workflowId, user },
          ...(await readMessage(view, context)),
        });
      } catch (error) {
        const { code, message } = asAppError(error);
        throw new AppError({ code, message: `Nothing was started. ${message}`, cause: error });
      }
    });
  });
}

/**
 * The message that the shortcut was used on, as Slack handed it over.
 *
 * @throws {AppError} for what this dialog never carried.
 */
async function readMessage(
  view: { readonly id: string; readonly private_metadata: string },
  { keys }: BotContext,
) {
  const carried = parseCarried(view.private_metadata);
  if (carried === undefined) {
    const message = "This dialog is out of date. Open the shortcut again.";
    throw new AppError({ code: "input_invalid", message });
  }
  if (carried === null) return { place: null };
  const { channel, ts, threadTs = ts, messageUser = null } = carried;
  const text = carried.text ?? (await keys.read(textKey(view.id)));
  const message = text === null ? undefined : { channel, ts, threadTs, text, messageUser };
  return { place: { channel, ts }, ...omitUndefined({ message }) };
}

/** Where the text is kept that is too long for the dialog. */
function textKey(viewId: string): string {
  return `shortcut:${viewId}`;
}

/** Opens a dialog at once, before anything is looked up: its trigger is good for three seconds. */
async function offer(context: BotContext, client: WebClient, used: Used): Promise<void> {
  const logger = context.logger.child({ user: used.user });
  const options: ViewOptions = {
    client,
    reply: createDirectReply(context.sender, used.user, logger),
    logger,
    otherwise: "So nothing was started. Use the shortcut again.",
  };
  const viewId = await openView(used.triggerId, loadingShortcut(), options);
  if (viewId === null) return;
  const view = await choose(context, viewId, used).catch((error: unknown) => {
    logger.warn({ err: error }, "a shortcut could not be answered");
    return shortcutNotice(`:warning: ${showSentence(asAppError(error).message)}`);
  });
  await fillView(viewId, view, options);
}

async function choose(
  { engine, permissions, keys }: BotContext,
  viewId: string,
  { user, on }: Used,
): Promise<ModalView> {
  await permissions.caller(user);
  const offered = new Set(await engine.triggers.listShortcuts());
  const workflows = (await engine.workflows.list()).filter(({ id }) => offered.has(id));
  if (on !== null && !fitsDialog(on)) await keys.keep(textKey(viewId), on.text);
  return shortcutDialog(workflows, on);
}
