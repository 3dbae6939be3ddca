import type { App } from "@slack/bolt";
import { parseRemovalValue } from "../../action-values.ts";
import { removeRuns } from "../../commands/remove.ts";
import type { BotContext } from "../../context.ts";
import { ACTION_IDS } from "../../ids.ts";
import { onAction } from "./on-action.ts";

/** The button that removes runs. The engine checks again that the person may. */
export function register(app: App, context: BotContext): void {
  onAction(app, context, {
    id: ACTION_IDS.removeRuns,
    parse: parseRemovalValue,
    ack: "before",
    handle: ({ value, caller }) => removeRuns(value, caller.userId, context),
  });
}
