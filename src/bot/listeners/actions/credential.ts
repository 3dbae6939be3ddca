import type { App } from "@slack/bolt";
import { parseCredentialValue } from "../../action-values.ts";
import { testCredential } from "../../commands/credential.ts";
import type { BotContext } from "../../context.ts";
import { ACTION_IDS } from "../../ids.ts";
import { onAction } from "./on-action.ts";

/** The buttons that test and remove a credential. The engine checks that the person may. */
export function register(app: App, context: BotContext): void {
  const unknown = {
    code: "credential_not_found",
    message: `This button belongs to no credential. List them: ${context.command} credential.`,
  } as const;
  onAction(app, context, {
    id: ACTION_IDS.testCredential,
    parse: (value) => value || null,
    unknown,
    ack: "before",
    handle: ({ value, caller }) => testCredential(value, caller.userId, context),
  });
  onAction(app, context, {
    id: ACTION_IDS.removeCredential,
    parse: parseCredentialValue,
    unknown,
    ack: "before",
    handle: async ({ value: { n: name, f: force }, caller }) => {
      await context.engine.credentials.remove(name, caller.userId, { force });
      return `The credential \`${name}\` is removed.`;
    },
  });
}
