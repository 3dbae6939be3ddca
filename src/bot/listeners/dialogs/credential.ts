import type { App, BlockAction } from "@slack/bolt";
import { asAppError, isAppError } from "../../../shared/errors.ts";
import { isJsonObject } from "../../../shared/json.ts";
import { showSentence } from "../../../slack/text.ts";
import { findCredential, openedFor } from "../../commands/credential.ts";
import type { BotContext } from "../../context.ts";
import { ACTION_IDS, DIALOG_IDS } from "../../ids.ts";
import { createDirectReply } from "../../reply.ts";
import { section } from "../../views/blocks/build.ts";
import {
  blockOfMember,
  CREDENTIAL_TITLE,
  credentialDialog,
  readCredential,
  readKind,
} from "../../views/credential-dialog.ts";
import { noticeDialog } from "../../views/dialog.ts";
import { onAction } from "../actions/on-action.ts";
import { onSubmit } from "./dialog.ts";
import { fillView, openView } from "./open-view.ts";

/** What is said behind a reason. */
const OTHERWISE = "So nothing was set. Write the command again.";

/** The dialog in which an admin sets a credential. What is typed goes into the store and nowhere else. */
export function register(app: App, context: BotContext): void {
  onAction(app, context, {
    id: ACTION_IDS.setCredential,
    parse: (value) => value || null,
    unknown: { code: "input_invalid", message: "This button belongs to no credential." },
    ack: "after",
    handle: async ({ ack, value, click, ...options }) => {
      await ack();
      const dialog = await openedFor(value, click.user, context);
      await openView(click.triggerId, dialog, { ...options, otherwise: OTHERWISE });
      return undefined;
    },
  });
  app.action<BlockAction>(ACTION_IDS.credentialKind, async ({ ack, body, client }) => {
    await ack();
    const { user, view } = body;
    const kind = readKind(view?.state.values);
    if (view === undefined || kind === null) return;
    const logger = context.logger.child({ user: user.id });
    const name = view.private_metadata;
    const filled = await findCredential(name, user.id, context).then(
      (existing) => credentialDialog({ name, kind, existing }),
      (error: unknown) =>
        noticeDialog(CREDENTIAL_TITLE, [
          section(`:warning: ${showSentence(asAppError(error).message)}`),
        ]),
    );
    const reply = createDirectReply(context.sender, user.id, logger);
    await fillView(view.id, filled, { client, reply, logger, otherwise: OTHERWISE });
  });
  onSubmit(app, context, {
    id: DIALOG_IDS.credential,
    title: CREDENTIAL_TITLE,
    parse: (metadata) => metadata || null,
    unconfirmed: `It could not be confirmed that the credential was set. Look at \`${context.command} credential\` before you set it again.`,
    submit: async ({ value: name, user, values }) => {
      const { engine, command } = context;
      try {
        const set = await engine.credentials.set({ name, ...readCredential(values) }, user);
        const { workflows, testUrl } = set;
        const next = [
          ...(workflows.length === 0
            ? [
                `No workflow may use it yet: \`${command} credential allow ${name} &lt;workflow&gt;\`.`,
              ]
            : []),
          `\`${command} credential test ${name}${testUrl === null ? " &lt;path&gt;" : ""}\` tests it.`,
        ];
        return { kind: "notice", text: `\`${name}\` is set. ${next.join(" ")}` };
      } catch (error) {
        const errors = errorsOf(error, values);
        if (errors === null) throw error;
        return { kind: "errors", errors };
      }
    },
  });
}

/** What is wrong, under the fields; `null`: it is about no field. */
function errorsOf(error: unknown, values: unknown): Readonly<Record<string, string>> | null {
  if (!isAppError(error, "input_invalid")) return null;
  const { problems } = error.details;
  const kind = readKind(values);
  const errors = (Array.isArray(problems) ? problems : []).flatMap((problem) => {
    if (!isJsonObject(problem)) return [];
    const { path, message } = problem;
    const block = typeof path === "string" ? blockOfMember(path, kind) : null;
    return block === null || typeof message !== "string"
      ? []
      : [[block, sentence(message)] as const];
  });
  return errors.length === 0 ? null : Object.fromEntries(errors);
}

function sentence(message: string): string {
  return `${message.slice(0, 1).toUpperCase()}${message.slice(1)}.`;
}
