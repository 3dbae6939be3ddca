import type { App } from "@slack/bolt";
import { isChannelId } from "../../../slack/channels.ts";
import { allowSharing } from "../../commands/sharing.ts";
import type { BotContext } from "../../context.ts";
import { ACTION_IDS } from "../../ids.ts";
import { onAction } from "./on-action.ts";

/** "Report here from now on", in a channel that other organizations read. */
export function register(app: App, context: BotContext): void {
  onAction(app, context, {
    id: ACTION_IDS.allowSharing,
    parse: (value) => (value !== undefined && isChannelId(value) ? value : null),
    ack: "before",
    handle: ({ value, click: { user } }) => allowSharing(value, user, context),
  });
}
