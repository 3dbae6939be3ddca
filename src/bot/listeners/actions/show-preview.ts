import type { App, BlockAction } from "@slack/bolt";
import type { Logger } from "pino";
import { asAppError } from "../../../shared/errors.ts";
import { readOwn } from "../../../shared/json.ts";
import { showSentence } from "../../../slack/text.ts";
import { type PreviewValue, parsePreviewValue } from "../../action-values.ts";
import type { BotContext } from "../../context.ts";
import { viewDraft } from "../../drafts/view-draft.ts";
import { ACTION_IDS } from "../../ids.ts";
import { createDirectReply } from "../../reply.ts";
import { previewDialog, previewLines, previewNotice } from "../../views/definition-preview.ts";
import { describeDiff } from "../../views/version-diff.ts";
import { fillView, openView, type ViewOptions } from "../dialogs/open-view.ts";
import { onAction } from "./on-action.ts";

const PAGE_ACTION = new RegExp(`^${ACTION_IDS.showPreviewPage}_`);
const UNKNOWN = "This is not known any more. Look at the newest message about it.";
const NEWER = "There is a newer round of this draft further down. Look at that one.";
const OTHERWISE = "Click the button again.";

/** "Show all" of a draft, a workflow or a difference opens a dialog with all of it; its buttons turn the pages. */
export function register(app: App, context: BotContext): void {
  onAction(app, context, {
    id: ACTION_IDS.showPreview,
    parse: (value) => ({ shown: parsePreviewValue(value) }),
    ack: "after",
    handle: async (request) => {
      await request.ack();
      const options = { ...request, otherwise: OTHERWISE };
      // At once: a trigger is good for three seconds, and what is shown has to be read first.
      const loading = previewNotice("Reading …");
      const id = await openView(request.click.triggerId, loading, options);
      if (id !== null) await show(context, request.click.user, request.value.shown, id, options);
      return undefined;
    },
  });
  app.action<BlockAction>(PAGE_ACTION, async ({ ack, body, client }) => {
    await ack();
    const user = body.user.id;
    const logger: Logger = context.logger.child({ user });
    const pressed = readOwn(body.actions[0], "value");
    const value = parsePreviewValue(typeof pressed === "string" ? pressed : undefined);
    // Within a dialog there is no other place for an answer.
    const reply = createDirectReply(context.sender, user, logger);
    const options = { client, reply, logger, otherwise: OTHERWISE };
    if (body.view !== undefined) await show(context, user, value, body.view.id, options);
  });
}

async function show(
  context: BotContext,
  user: string,
  value: PreviewValue | null,
  viewId: string,
  options: ViewOptions,
): Promise<void> {
  const view = await read(context, user, value)
    .then((lines) =>
      value === null || typeof lines === "string"
        ? previewNotice(typeof lines === "string" ? lines : UNKNOWN)
        : previewDialog(lines, value),
    )
    .catch((error: unknown) => {
      const known = asAppError(error);
      options.logger.info({ err: known }, "a definition could not be shown whole");
      return previewNotice(showSentence(known.message));
    });
  await fillView(viewId, view, options);
}

/**
 * The lines, or why there are none.
 *
 * @throws {AppError} `not_allowed` for people without a role; `draft_not_found` also for drafts of others.
 */
async function read(
  { engine, permissions }: BotContext,
  user: string,
  value: PreviewValue | null,
): Promise<readonly string[] | string> {
  const caller = await permissions.caller(user);
  if (value === null) return UNKNOWN;
  if ("d" in value) {
    const view = await viewDraft(engine, value.d, caller);
    return view.draft.round === value.n ? previewLines(view) : NEWER;
  }
  if ("f" in value) return describeDiff(await engine.workflows.diff(value.w, value.f, value.t));
  const { definition } = await engine.workflows.get(value.w, value.v);
  return previewLines({ explanation: engine.workflows.explain(definition) });
}
