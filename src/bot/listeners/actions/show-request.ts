import type { App, BlockAction } from "@slack/bolt";
import type { ModalView } from "@slack/types";
import type { WebClient } from "@slack/web-api";
import type { Logger } from "pino";
import { asAppError } from "../../../shared/errors.ts";
import { readOwn } from "../../../shared/json.ts";
import { showSentence } from "../../../slack/text.ts";
import { parseShowValue, type ShowValue } from "../../action-values.ts";
import type { BotContext } from "../../context.ts";
import { ACTION_IDS } from "../../ids.ts";
import { createCardContext } from "../../views/card-context.ts";
import { loadingModal, requestModal, requestNotice } from "../../views/request-modal.ts";
import { wholeRequest } from "../../views/request-text.ts";

const PAGE_ACTION = new RegExp(`^${ACTION_IDS.showRequestPage}_`);
const UNKNOWN = "This request is not known any more. Look at the newest card of the run.";

/** "Show all" on a card opens a dialog with everything that is asked; its buttons turn the pages. */
export function register(app: App, context: BotContext): void {
  app.action<BlockAction>(ACTION_IDS.showRequest, async ({ ack, body, client }) => {
    await ack();
    const logger = context.logger.child({ user: body.user.id });
    try {
      // At once: a trigger is good for three seconds, and what is shown has to be read first.
      const { view } = await client.views.open({
        trigger_id: body.trigger_id,
        view: loadingModal(),
      });
      await show(context, client, view?.id, body);
    } catch (error) {
      logger.warn({ err: error }, "could not show a request whole");
    }
  });
  app.action<BlockAction>(PAGE_ACTION, async ({ ack, body, client }) => {
    await ack();
    const logger: Logger = context.logger.child({ user: body.user.id });
    try {
      await show(context, client, body.view?.id, body);
    } catch (error) {
      logger.warn({ err: error }, "could not turn the page of a request");
    }
  });
}

async function show(
  context: BotContext,
  client: WebClient,
  viewId: string | undefined,
  body: BlockAction,
): Promise<void> {
  if (viewId === undefined) return;
  const pressed = readOwn(body.actions[0], "value");
  const value = parseShowValue(typeof pressed === "string" ? pressed : undefined);
  const view = await read(context, body.user.id, value).catch((error: unknown) => {
    const known = asAppError(error);
    context.logger.info({ err: known }, "a request could not be shown whole");
    return requestNotice(showSentence(known.message));
  });
  await client.views.update({ view_id: viewId, view });
}

/** @throws {AppError} `not_allowed` for people without a role and those who may not see the run; `execution_not_found`. */
async function read(
  { engine, permissions, groups }: BotContext,
  user: string,
  value: ShowValue | null,
): Promise<ModalView> {
  await permissions.caller(user);
  if (value === null) return requestNotice(UNKNOWN);
  const view = await engine.executions.get(value.e, user);
  const request = view.requests.find(({ opened }) => opened.id === value.r);
  if (request === undefined) return requestNotice(UNKNOWN);
  const { definition } = await engine.workflows.get(view.workflowId, view.workflowVersion);
  const cards = createCardContext(definition, await groups.lastKnownIds(), true);
  return requestModal(wholeRequest(view, request, cards), value);
}
