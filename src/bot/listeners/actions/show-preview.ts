import type { App } from "@slack/bolt";
import type { ModalView } from "@slack/types";
import type { Caller } from "../../../engine/api/access.ts";
import { type PreviewValue, parsePreviewValue } from "../../action-values.ts";
import type { BotContext } from "../../context.ts";
import { viewDraft } from "../../drafts/view-draft.ts";
import { ACTION_IDS } from "../../ids.ts";
import { previewDialog, previewLines, previewNotice } from "../../views/definition-preview.ts";
import { describeDiff } from "../../views/version-diff.ts";
import { registerPagedView } from "../dialogs/paged-view.ts";

const NEWER = "There is a newer round of this draft further down. Look at that one.";

/** "Show all" of a draft, a workflow or a difference opens a dialog with all of it; its buttons turn the pages. */
export function register(app: App, context: BotContext): void {
  registerPagedView(app, context, {
    opens: ACTION_IDS.showPreview,
    turns: ACTION_IDS.showPreviewPage,
    parse: parsePreviewValue,
    loading: "Reading …",
    unknown: "This is no longer known. Look at the newest message about it.",
    notice: previewNotice,
    read,
  });
}

/** @throws {AppError} `workflow_not_found`; `draft_not_found` also for drafts of others. */
async function read(
  value: PreviewValue,
  caller: Caller,
  { engine }: BotContext,
): Promise<ModalView> {
  if ("d" in value) {
    const view = await viewDraft(engine, value.d, caller);
    return view.draft.round === value.n
      ? previewDialog(previewLines(view), value)
      : previewNotice(NEWER);
  }
  if ("f" in value) {
    const difference = await engine.workflows.diff(value.w, value.f, value.t);
    return previewDialog(describeDiff(difference), value);
  }
  const { definition } = await engine.workflows.get(value.w, value.v);
  const explanation = engine.workflows.explain(definition);
  return previewDialog(previewLines({ explanation }), value);
}
