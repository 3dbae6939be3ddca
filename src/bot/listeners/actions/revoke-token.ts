import type { App } from "@slack/bolt";
import { parseTokenValue } from "../../action-values.ts";
import { revokeToken } from "../../commands/api-tokens.ts";
import type { BotContext } from "../../context.ts";
import { ACTION_IDS } from "../../ids.ts";
import { onAction } from "./on-action.ts";

/** The button that ends a token of the API. */
export function register(app: App, context: BotContext): void {
  onAction(app, context, {
    id: ACTION_IDS.revokeToken,
    parse: parseTokenValue,
    unknown: {
      code: "token_not_found",
      message: `This button belongs to no token. List them: ${context.command} token.`,
    },
    ack: "before",
    handle: ({ value, caller }) => revokeToken(context, value.t, caller.userId),
  });
}
