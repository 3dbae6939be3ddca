import type { App } from "@slack/bolt";
import { parseBulkRetryValue, parseRetryValue } from "../../action-values.ts";
import { retryAll, retryRun } from "../../commands/retry.ts";
import type { BotServices } from "../../context.ts";
import { ACTION_IDS } from "../../ids.ts";
import { onRunButton } from "./run-button.ts";

/** The button of a failed or cancelled run's card, of a question about a doubtful effect, and of a bulk retry. */
export function register(app: App, services: BotServices): void {
  onRunButton(app, services, {
    actionId: ACTION_IDS.retryRun,
    parse: parseRetryValue,
    act: ({ e: executionId, f: fromStep, v: variables, d: acceptsDoubt = false }, caller) =>
      retryRun(services, caller, {
        executionId,
        ...(fromStep !== undefined && { fromStep }),
        ...(variables && { variables }),
        acceptsDoubt,
      }),
  });
  onRunButton(app, services, {
    actionId: ACTION_IDS.retryAll,
    parse: parseBulkRetryValue,
    act: ({ w: workflowId, s: status, t: since }, caller) =>
      retryAll(services, caller, { workflowId, status, since }),
  });
}
