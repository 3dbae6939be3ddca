import type { App } from "@slack/bolt";
import { parseRunValue } from "../../action-values.ts";
import { showWhy } from "../../commands/why.ts";
import type { BotContext } from "../../context.ts";
import { ACTION_IDS } from "../../ids.ts";
import { onAction } from "./on-action.ts";

/** The button of a run's card that asks why AI decided as it did; only the person who clicked sees the answer. */
export function register(app: App, context: BotContext): void {
  onAction(app, context, {
    id: ACTION_IDS.whyRun,
    parse: parseRunValue,
    ack: "before",
    handle: ({ value, click }) => showWhy(context, click.user, value.e),
  });
}
