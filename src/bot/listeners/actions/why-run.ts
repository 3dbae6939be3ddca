import type { App } from "@slack/bolt";
import { parseRunValue } from "../../action-values.ts";
import { showWhy } from "../../commands/why.ts";
import type { BotServices } from "../../context.ts";
import { ACTION_IDS } from "../../ids.ts";
import { onRunButton } from "./run-button.ts";

/** The button of a run's card that asks why AI decided as it did; seen by whoever clicked. */
export function register(app: App, services: BotServices): void {
  onRunButton(app, services, {
    actionId: ACTION_IDS.whyRun,
    parse: parseRunValue,
    act: ({ e: executionId }) => showWhy(services, executionId),
  });
}
