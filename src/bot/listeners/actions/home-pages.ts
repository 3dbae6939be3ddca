import type { App } from "@slack/bolt";
import type { BotContext } from "../../context.ts";
import { ACTION_IDS } from "../../ids.ts";
import { onAction } from "./on-action.ts";

/** The buttons of App Home that show other decisions than the first ones. */
export function register(app: App, context: BotContext): void {
  onAction(app, context, {
    id: new RegExp(`^${ACTION_IDS.turnDecisions}_`),
    parse: (value) => (/^\d{1,6}$/.test(value ?? "") ? { from: Number(value) } : null),
    unknown: {
      code: "input_invalid",
      message: "This button is out of date. Open my Home tab again.",
    },
    ack: "before",
    handle: async ({ value: { from }, click: { user, home } }) => {
      await context.home.turn(user, home?.hash, from);
      return undefined;
    },
  });
}
