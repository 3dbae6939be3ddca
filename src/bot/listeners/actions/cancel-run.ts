import type { App } from "@slack/bolt";
import { parseRunValue } from "../../action-values.ts";
import { cancelRun } from "../../commands/cancel.ts";
import type { BotServices } from "../../context.ts";
import { ACTION_IDS } from "../../ids.ts";
import { onRunButton } from "./run-button.ts";

/** The button of a run's card. */
export function register(app: App, services: BotServices): void {
  onRunButton(app, services, {
    actionId: ACTION_IDS.cancelRun,
    parse: parseRunValue,
    act: ({ e: executionId }, caller) => cancelRun(services.engine, caller, executionId),
  });
}
