import type { App } from "@slack/bolt";
import { parseArchiveValue } from "../../action-values.ts";
import { archiveWorkflow } from "../../commands/archive.ts";
import type { BotContext } from "../../context.ts";
import { ACTION_IDS } from "../../ids.ts";
import { NO_WORKFLOW, onAction } from "./on-action.ts";

/** The button that archives a workflow. The engine checks again that the person may. */
export function register(app: App, context: BotContext): void {
  onAction(app, context, {
    id: ACTION_IDS.archiveWorkflow,
    parse: parseArchiveValue,
    unknown: NO_WORKFLOW,
    ack: "before",
    handle: ({ value: { w: id }, caller }) => archiveWorkflow(id, caller.userId, context),
  });
}
