import type { App } from "@slack/bolt";
import type { ModalView } from "@slack/types";
import type { Caller } from "../../../engine/api/access.ts";
import { parseRunPageValue, type RunPageValue, toRunPageValue } from "../../action-values.ts";
import { showRun } from "../../commands/status.ts";
import { showWhy } from "../../commands/why.ts";
import type { BotContext } from "../../context.ts";
import { ACTION_IDS } from "../../ids.ts";
import { divider, section } from "../../views/blocks/build.ts";
import { pagedDialog } from "../../views/blocks/pages.ts";
import { noticeDialog } from "../../views/dialog.ts";
import { registerPagedView } from "../dialogs/paged-view.ts";

const TITLE = "Why?";

/** "Why?" on App Home opens a dialog: where the run stands or how it ended, and what AI decided in it. */
export function register(app: App, context: BotContext): void {
  registerPagedView(app, context, {
    opens: ACTION_IDS.showRun,
    turns: ACTION_IDS.showRunPage,
    parse: parseRunPageValue,
    loading: "Reading the run …",
    unknown: "This run is no longer known. Open my Home tab again.",
    notice: (text) => noticeDialog(TITLE, [section(text)]),
    read,
  });
}

/** @throws {AppError} `execution_not_found`, `not_allowed`. */
async function read(
  value: RunPageValue,
  { userId }: Caller,
  context: BotContext,
): Promise<ModalView> {
  const run = await showRun(value.e, userId, context);
  const why = await showWhy(context, userId, value.e);
  return pagedDialog(TITLE, [...run.blocks, divider, ...why.blocks], {
    page: value.p ?? 0,
    actionId: ACTION_IDS.showRunPage,
    valueFor: (p) => toRunPageValue({ ...value, p }),
  });
}
