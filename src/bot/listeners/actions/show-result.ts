import type { App } from "@slack/bolt";
import { parseRunPageValue } from "../../action-values.ts";
import type { BotContext } from "../../context.ts";
import { ACTION_IDS } from "../../ids.ts";
import { section } from "../../views/blocks/build.ts";
import { noticeDialog } from "../../views/dialog.ts";
import { resultDialog } from "../../views/whole-result.ts";
import { registerPagedView } from "../dialogs/paged-view.ts";

/** "Show all of it" below a long result opens a dialog with the whole, as the person may see it. */
export function register(app: App, context: BotContext): void {
  registerPagedView(app, context, {
    opens: ACTION_IDS.showResult,
    turns: ACTION_IDS.showResultPage,
    parse: parseRunPageValue,
    loading: "Reading …",
    unknown: "This button belongs to no run. Use the newest message of the run.",
    notice: (text) => noticeDialog("Result", [section(text)]),
    read: async (value, { userId }, { engine }) =>
      resultDialog(await engine.executions.get(value.e, userId), value),
  });
}
