import type { App } from "@slack/bolt";
import type { BotContext } from "../../context.ts";
import { ACTION_IDS } from "../../ids.ts";
import { onAction } from "./on-action.ts";

/** The button of App Home that begins or ends receipts for one's own decisions. */
export function register(app: App, context: BotContext): void {
  onAction(app, context, {
    id: ACTION_IDS.receipts,
    parse: (value) => (value === "on" || value === "off" ? value : null),
    ack: "before",
    handle: async ({ value, click: { user } }, { engine }) => {
      await engine.approvals.setReceipts(user, value === "on");
      return value === "on"
        ? ":receipt: From now on I write to you what you decided, and what came of it."
        : "You get no more receipts.";
    },
  });
}
