import type { App, BlockAction } from "@slack/bolt";
import { AppError } from "../../../shared/errors.ts";
import { escapeText, mentionPerson } from "../../../slack/text.ts";
import { type DraftValue, parseDraftValue } from "../../action-values.ts";
import type { BotServices } from "../../context.ts";
import { createDraftWriter, type DraftWriter } from "../../drafts/draft-writer.ts";
import { ACTION_IDS } from "../../ids.ts";
import { assertMayDeploy, type Caller } from "../../permissions.ts";
import { createPrivateReply, guard, type Reply } from "../../reply.ts";
import { parseClick } from "./click.ts";

interface DraftClick {
  readonly value: DraftValue;
  readonly caller: Caller;
  readonly reply: Reply;
  readonly writer: DraftWriter;
  readonly services: BotServices;
}

/** The buttons of a draft. What counts is the record: old and repeated clicks change nothing. */
export function register(app: App, services: BotServices): void {
  const on = (actionId: string, answer: (click: DraftClick) => Promise<void>): void => {
    app.action<BlockAction>(actionId, async ({ ack, body, respond, client }) => {
      await ack();
      const { user, channel, threadTs, value: text } = parseClick(body);
      const logger = services.logger.child({ channel, user });
      const reply = createPrivateReply(respond, logger, threadTs);
      await guard(reply, logger, async () => {
        const caller = await services.rights.caller(user);
        const value = parseDraftValue(text);
        if (value === null) {
          const message = "This button belongs to no draft. Describe the workflow again.";
          throw new AppError({ code: "draft_not_found", message });
        }
        const writer = createDraftWriter(services, client, logger);
        await answer({ value, caller, reply, writer, services });
      });
    });
  };
  on(ACTION_IDS.deployDraft, deploy);
  on(ACTION_IDS.changeDraft, change);
  on(ACTION_IDS.discardDraft, discard);
}

async function deploy({ value, caller, reply, writer, services }: DraftClick): Promise<void> {
  const { engine, rights, command } = services;
  const show = `they see this draft with ${command} draft ${value.d} and deploy it there.`;
  assertMayDeploy(caller, rights.admins, show);
  const result = await engine.drafts.deploy(value.d, value.n, caller.userId);
  switch (result.kind) {
    case "deployed": {
      await writer.showSettled(result.view);
      const { draft, definition } = result.view;
      const by = draft.settledBy === null ? "" : ` by ${mentionPerson(draft.settledBy)}`;
      const again = result.isRepeat ? "This draft is deployed already" : "Deployed";
      const where = `\`${definition.id}\` version ${draft.version ?? 1}`;
      if (result.isRepeat || draft.ownerId !== caller.userId)
        await reply(`:white_check_mark: ${again}: ${where}${by}.`);
      return;
    }
    case "taken":
      return reply(
        `:warning: Nothing was deployed: another workflow has the id \`${result.workflowId}\`. Reply in the draft's thread, for example: call it ${result.free}`,
      );
    case "problems": {
      const list = result.problems.map(({ path, message }) => `• ${path}: ${message}`).join("\n");
      return reply(
        `:warning: Nothing was deployed:\n${escapeText(list)}\nReply in the draft's thread with what shall be different.`,
      );
    }
  }
}

async function change({ value, caller, reply, services }: DraftClick): Promise<void> {
  const { draft } = await services.engine.drafts.view(value.d);
  if (draft.status !== "open") return reply(`This draft was ${draft.status} already.`);
  await reply(
    draft.ownerId === caller.userId
      ? "Reply in this thread with what shall be different, such as: make it two approvers. I write the next round from that."
      : `Only ${mentionPerson(draft.ownerId)}, who described it, changes this draft.`,
  );
}

async function discard({ value, caller, reply, writer, services }: DraftClick): Promise<void> {
  const { drafts } = services.engine;
  const { draft } = await drafts.view(value.d);
  if (draft.ownerId !== caller.userId && caller.role !== "admin")
    return reply(`Only ${mentionPerson(draft.ownerId)} or an admin discards this draft.`);
  const settled = await drafts.discard(value.d, caller.userId);
  if (settled.settledBy !== caller.userId || draft.status !== "open")
    await reply(`This draft was ${settled.status} already.`);
  await writer.showSettled(await drafts.view(value.d));
}
