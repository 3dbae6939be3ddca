import type { App } from "@slack/bolt";
import { omitUndefined } from "../../../shared/omit-undefined.ts";
import { parseBulkRetryValue, parseRetryValue } from "../../action-values.ts";
import { retryAll, retryRun } from "../../commands/retry.ts";
import type { BotContext } from "../../context.ts";
import { ACTION_IDS } from "../../ids.ts";
import { onAction } from "./on-action.ts";

/** The retry buttons: of a failed or cancelled run's card, of a question about an unknown outcome, and of a bulk retry. */
export function register(app: App, context: BotContext): void {
  onAction(app, context, {
    id: ACTION_IDS.retryRun,
    parse: parseRetryValue,
    ack: "before",
    handle: ({ value, caller }) => {
      const {
        e: executionId,
        f: fromStep,
        v: variables,
        d: acceptsDoubt = false,
        a: again,
      } = value;
      return retryRun(context, caller, {
        executionId,
        acceptsDoubt,
        ...omitUndefined({ fromStep, variables, again }),
      });
    },
  });
  onAction(app, context, {
    id: ACTION_IDS.retryAll,
    parse: parseBulkRetryValue,
    ack: "before",
    handle: ({ value: { w: workflowId, s: status, t: since }, caller }) =>
      retryAll(context, caller, { workflowId, status, since }),
  });
}
