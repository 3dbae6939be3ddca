import type { App } from "@slack/bolt";
import type { ModalView } from "@slack/types";
import type { Caller } from "../../../engine/api/access.ts";
import { omitUndefined } from "../../../shared/omit-undefined.ts";
import { parseShowValue, type ShowValue } from "../../action-values.ts";
import type { BotContext } from "../../context.ts";
import { ACTION_IDS } from "../../ids.ts";
import { createCardContext } from "../../views/card-context.ts";
import { requestModal, requestNotice } from "../../views/request-modal.ts";
import { wholeRequest } from "../../views/request-text.ts";
import { registerPagedView } from "../dialogs/paged-view.ts";

const UNKNOWN = "This request is no longer known. Look at the newest card of the run.";

/** "Show all" on a card opens a dialog with everything that is asked; its buttons turn the pages. */
export function register(app: App, context: BotContext): void {
  registerPagedView(app, context, {
    opens: ACTION_IDS.showRequest,
    turns: ACTION_IDS.showRequestPage,
    parse: parseShowValue,
    opened: (value, { channel }) => ({ ...value, ...omitUndefined({ c: channel }) }),
    loading: "Reading the request …",
    unknown: UNKNOWN,
    notice: requestNotice,
    read,
  });
}

/** @throws {AppError} `not_allowed` for those who may not see the run; `execution_not_found`. */
async function read(
  value: ShowValue,
  { userId }: Caller,
  { engine, groups, workspace }: BotContext,
): Promise<ModalView> {
  const own = await engine.executions.get(value.e, userId);
  // Where people of other organizations read along, what is sensitive is masked for approvers, too.
  const isShared = value.c !== undefined && (await workspace.channels.isShared(value.c));
  const view = isShared ? await engine.executions.get(value.e) : own;
  const request = view.requests.find(({ opened }) => opened.id === value.r);
  if (request === undefined) return requestNotice(UNKNOWN);
  const { definition } = await engine.workflows.get(view.workflowId, view.workflowVersion);
  const cards = createCardContext(definition, await groups.lastKnownIds(), !isShared);
  return requestModal(wholeRequest(view, request, cards), value);
}
