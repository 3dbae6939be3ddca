import type { App } from "@slack/bolt";
import { parseRunValue } from "../../button-values.ts";
import { ACTION_IDS } from "../../ids.ts";
import type { BotServices } from "../../services.ts";
import { cancelRun } from "../../subcommands/cancel.ts";
import { onRunButton } from "./run-button.ts";

/** The button of a run's card. */
export function register(app: App, services: BotServices): void {
  onRunButton(app, services, {
    actionId: ACTION_IDS.cancelRun,
    parse: parseRunValue,
    act: ({ e: executionId }, caller) => cancelRun(services.engine, caller, executionId),
  });
}
