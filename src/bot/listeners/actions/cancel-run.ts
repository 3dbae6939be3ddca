import type { App } from "@slack/bolt";
import { parseRunValue } from "../../action-values.ts";
import { cancelRun } from "../../commands/cancel.ts";
import type { BotContext } from "../../context.ts";
import { ACTION_IDS } from "../../ids.ts";
import { onAction } from "./on-action.ts";

/** The cancel button of a run's card. */
export function register(app: App, context: BotContext): void {
  onAction(app, context, {
    id: ACTION_IDS.cancelRun,
    parse: parseRunValue,
    ack: "before",
    handle: ({ value, caller }) => cancelRun(context.engine, caller, value.e),
  });
}
