import type { App, BlockAction } from "@slack/bolt";
import type { ModalView } from "@slack/types";
import type { Logger } from "pino";
import { asAppError } from "../../../shared/errors.ts";
import { readOwn } from "../../../shared/json.ts";
import { omitUndefined } from "../../../shared/omit-undefined.ts";
import { showSentence } from "../../../slack/text.ts";
import { parseShowValue, type ShowValue } from "../../action-values.ts";
import type { BotContext } from "../../context.ts";
import { ACTION_IDS } from "../../ids.ts";
import { createDirectReply } from "../../reply.ts";
import { createCardContext } from "../../views/card-context.ts";
import { loadingModal, requestModal, requestNotice } from "../../views/request-modal.ts";
import { wholeRequest } from "../../views/request-text.ts";
import { fillView, openView, type ViewOptions } from "../dialogs/open-view.ts";
import { onAction } from "./on-action.ts";

const PAGE_ACTION = new RegExp(`^${ACTION_IDS.showRequestPage}_`);
const UNKNOWN = "This request is not known any more. Look at the newest card of the run.";

const OTHERWISE = "Click the button again.";

/** "Show all" on a card opens a dialog with everything that is asked; its buttons turn the pages. */
export function register(app: App, context: BotContext): void {
  onAction(app, context, {
    id: ACTION_IDS.showRequest,
    parse: (value) => ({ shown: parseShowValue(value) }),
    ack: "after",
    handle: async (request) => {
      await request.ack();
      const options = { ...request, otherwise: OTHERWISE };
      // At once: a trigger is good for three seconds, and what is shown has to be read first.
      const id = await openView(request.click.triggerId, loadingModal(), options);
      const { user, channel } = request.click;
      const { shown } = request.value;
      const value = shown && { ...shown, ...omitUndefined({ c: channel }) };
      if (id !== null) await show(context, user, value, id, options);
      return undefined;
    },
  });
  app.action<BlockAction>(PAGE_ACTION, async ({ ack, body, client }) => {
    await ack();
    const user = body.user.id;
    const logger: Logger = context.logger.child({ user });
    const pressed = readOwn(body.actions[0], "value");
    const value = parseShowValue(typeof pressed === "string" ? pressed : undefined);
    // Within a dialog there is no other place for an answer.
    const reply = createDirectReply(context.sender, user, logger);
    const options = { client, reply, logger, otherwise: OTHERWISE };
    if (body.view !== undefined) await show(context, user, value, body.view.id, options);
  });
}

async function show(
  context: BotContext,
  user: string,
  value: ShowValue | null,
  viewId: string,
  options: ViewOptions,
): Promise<void> {
  const view = await read(context, user, value).catch((error: unknown) => {
    const known = asAppError(error);
    options.logger.info({ err: known }, "a request could not be shown whole");
    return requestNotice(showSentence(known.message));
  });
  await fillView(viewId, view, options);
}

/** @throws {AppError} `not_allowed` for people without a role and those who may not see the run; `execution_not_found`. */
async function read(
  { engine, permissions, groups, workspace }: BotContext,
  user: string,
  value: ShowValue | null,
): Promise<ModalView> {
  await permissions.caller(user);
  if (value === null) return requestNotice(UNKNOWN);
  const own = await engine.executions.get(value.e, user);
  // Where people of other organizations read along, what is sensitive is masked for approvers, too.
  const isShared = value.c !== undefined && (await workspace.channels.isShared(value.c));
  const view = isShared ? await engine.executions.get(value.e) : own;
  const request = view.requests.find(({ opened }) => opened.id === value.r);
  if (request === undefined) return requestNotice(UNKNOWN);
  const { definition } = await engine.workflows.get(view.workflowId, view.workflowVersion);
  const cards = createCardContext(definition, await groups.lastKnownIds(), !isShared);
  return requestModal(wholeRequest(view, request, cards), value);
}
