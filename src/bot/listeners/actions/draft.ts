import type { App } from "@slack/bolt";
import { escapeText, mentionPerson } from "../../../slack/text.ts";
import { type DraftValue, parseDraftValue } from "../../action-values.ts";
import type { BotContext } from "../../context.ts";
import { createDraftWriter } from "../../drafts/draft-writer.ts";
import { ACTION_IDS } from "../../ids.ts";
import { assertMayDeploy } from "../../permissions.ts";
import { type AckedRequest, onAction, UNKNOWN_DRAFT } from "./on-action.ts";

type DraftClick = AckedRequest<DraftValue>;

/** The buttons of a draft. The record decides: old and repeated clicks change nothing. */
export function register(app: App, context: BotContext): void {
  const handlers = {
    [ACTION_IDS.deployDraft]: deploy,
    [ACTION_IDS.changeDraft]: change,
    [ACTION_IDS.discardDraft]: discard,
  };
  for (const [id, handle] of Object.entries(handlers)) {
    onAction(app, context, {
      id,
      parse: parseDraftValue,
      unknown: UNKNOWN_DRAFT,
      ack: "before",
      handle,
    });
  }
}

async function deploy(
  { value, caller, client, logger }: DraftClick,
  context: BotContext,
): Promise<string | undefined> {
  const writer = createDraftWriter(context, client, logger);
  const { engine, permissions, command } = context;
  const show = `they see this draft with ${command} draft ${value.d} and deploy it there.`;
  assertMayDeploy(caller, permissions.admins, show);
  const result = await engine.drafts.deploy(value.d, value.n, caller.userId);
  switch (result.kind) {
    case "deployed": {
      await writer.showSettled(result.view);
      const { draft, definition } = result.view;
      const by = draft.settledBy === null ? "" : ` by ${mentionPerson(draft.settledBy)}`;
      const again = result.isRepeat ? "This draft is deployed already" : "Deployed";
      const where = `\`${definition.id}\` version ${draft.version ?? 1}`;
      if (!result.isRepeat && draft.ownerId === caller.userId) return undefined;
      return `:white_check_mark: ${again}: ${where}${by}.`;
    }
    case "taken":
      return `:warning: Nothing was deployed: another workflow has the id \`${result.workflowId}\`. Reply in the draft's thread, for example: call it ${result.free}`;
    case "outdated":
      return `:warning: Nothing was deployed: this draft changes version ${result.base} of \`${result.workflowId}\`, and version ${result.active} is active now. Tell me again what should change.`;
    case "problems": {
      const list = result.problems.map(({ path, message }) => `• ${path}: ${message}`).join("\n");
      return `:warning: Nothing was deployed:\n${escapeText(list)}\nReply in the draft's thread with what should change.`;
    }
  }
}

async function change(
  { value, caller }: DraftClick,
  { engine: { drafts } }: BotContext,
): Promise<string> {
  const { draft } = await drafts.view(value.d);
  if (draft.status !== "open") return `This draft was ${draft.status} already.`;
  return draft.ownerId === caller.userId
    ? "Reply in this thread with what should change, such as: make it two approvers. I write the next round from that."
    : `Only ${mentionPerson(draft.ownerId)}, who described it, changes this draft.`;
}

async function discard(
  { value, caller, client, logger, reply }: DraftClick,
  context: BotContext,
): Promise<string | undefined> {
  const { drafts } = context.engine;
  const { draft } = await drafts.view(value.d);
  if (draft.ownerId !== caller.userId && caller.role !== "admin")
    return `Only ${mentionPerson(draft.ownerId)} or an admin discards this draft.`;
  const settled = await drafts.discard(value.d, caller.userId);
  if (settled.settledBy !== caller.userId || draft.status !== "open")
    await reply(`This draft was ${settled.status} already.`);
  await createDraftWriter(context, client, logger).showSettled(await drafts.view(value.d));
  return undefined;
}
