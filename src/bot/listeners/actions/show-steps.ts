import type { App } from "@slack/bolt";
import type { ModalView } from "@slack/types";
import type { Caller } from "../../../engine/api/access.ts";
import { parseRunPageValue, type RunPageValue } from "../../action-values.ts";
import type { BotContext } from "../../context.ts";
import { ACTION_IDS } from "../../ids.ts";
import { section } from "../../views/blocks/build.ts";
import { createCardContext } from "../../views/card-context.ts";
import { noticeDialog } from "../../views/dialog.ts";
import { stepsDialog } from "../../views/steps-dialog.ts";
import { registerPagedView } from "../dialogs/paged-view.ts";
import { UNKNOWN_RUN } from "./on-action.ts";

/** "All steps" of a run's card opens a dialog with each of them, as the person may see it. */
export function register(app: App, context: BotContext): void {
  registerPagedView(app, context, {
    opens: ACTION_IDS.showSteps,
    turns: ACTION_IDS.showStepsPage,
    parse: parseRunPageValue,
    loading: "Reading …",
    unknown: UNKNOWN_RUN.message,
    notice: (text) => noticeDialog("Steps", [section(text)]),
    read,
  });
}

/** @throws {AppError} `execution_not_found`, `not_allowed`. */
async function read(
  value: RunPageValue,
  { userId }: Caller,
  { engine, groups }: BotContext,
): Promise<ModalView> {
  const view = await engine.executions.get(value.e, userId);
  const { definition } = await engine.workflows.get(view.workflowId, view.workflowVersion);
  const cards = createCardContext(definition, await groups.lastKnownIds(), true);
  return stepsDialog(view, cards, value);
}
