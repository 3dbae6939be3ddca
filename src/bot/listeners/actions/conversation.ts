import type { App } from "@slack/bolt";
import { AppError } from "../../../shared/errors.ts";
import { readOwn } from "../../../shared/json.ts";
import { omitUndefined } from "../../../shared/omit-undefined.ts";
import { findByTs } from "../../../slack/messages.ts";
import { parseRecentDraftValue, type RecentDraftValue } from "../../action-values.ts";
import { answerCommand } from "../../commands/index.ts";
import type { BotContext } from "../../context.ts";
import { readAddressed } from "../../conversation/addressed.ts";
import { createDraftWriter } from "../../drafts/draft-writer.ts";
import { readPlain } from "../../drafts/parse-build-request.ts";
import { whyNoChange } from "../../drafts/why-no-change.ts";
import { ACTION_IDS } from "../../ids.ts";
import { answerWithForm } from "../dialogs/run-form.ts";
import { type AckedRequest, onAction } from "./on-action.ts";

/** The buttons of the bot's answers in direct messages: they do what a command would, where none can be typed. */
export function register(app: App, context: BotContext): void {
  const commands = {
    [ACTION_IDS.askRun]: (id: string) => `run ${id}`,
    [ACTION_IDS.askStatus]: () => "status",
    [ACTION_IDS.askPending]: () => "approvals",
  };
  for (const [id, toText] of Object.entries(commands)) {
    onAction(app, context, {
      id,
      parse: (value) => value ?? null,
      ack: "before",
      handle: (request) => runCommand(toText(request.value), request, context),
    });
  }
  onAction(app, context, {
    id: ACTION_IDS.changeRecentDraft,
    parse: parseRecentDraftValue,
    unknown: {
      code: "draft_not_found",
      message: "This button belongs to no draft. Describe the workflow again.",
    },
    ack: "before",
    handle: changeRecent,
  });
}

async function runCommand(
  text: string,
  { caller, click, client, logger, reply }: AckedRequest<string>,
  context: BotContext,
): Promise<undefined> {
  const { channel, threadTs, triggerId } = click;
  const from = {
    caller,
    channel: channel ?? caller.userId,
    deliveryId: triggerId ?? "",
    ...omitUndefined({ threadTs }),
  };
  const here = { ...context, command: await context.botName() };
  const door = { client, logger, reply, triggerId, user: caller.userId };
  await answerWithForm(await answerCommand(text, from, here), door, here);
  return undefined;
}

/** Makes a message that stands beside the draft's thread a change of the draft. A second click changes nothing. */
async function changeRecent(
  { value: { d: id, t: ts }, caller, click, client, logger, reply }: AckedRequest<RecentDraftValue>,
  context: BotContext,
): Promise<string | undefined> {
  const { engine, keys } = context;
  const { draft } = await engine.drafts.view(id);
  const why = whyNoChange(draft, caller.userId);
  if (why !== null) return why;
  const wanted = await readWanted(ts, click.channel, context);
  if (!(await keys.claim(`change:${id}:${ts}`, click.triggerId ?? "")))
    return "This change was made already; see the draft's thread.";
  const { permalink } = await client.chat.getPermalink({
    channel: draft.channel,
    message_ts: draft.messageTs ?? draft.threadTs,
  });
  await reply(`I write the next round, in <${permalink ?? ""}|the draft's thread>.`);
  await createDraftWriter(context, client, logger).write(draft, wanted);
  return undefined;
}

/** @throws {AppError} `input_invalid` for a message that is gone. */
async function readWanted(
  ts: string,
  channel: string | undefined,
  { client, botName, command }: BotContext,
): Promise<string> {
  const message = channel === undefined ? null : await findByTs(client, channel, ts);
  const text = readOwn(message, "text");
  const names = { userId: undefined, name: await botName(), command };
  const wanted = typeof text === "string" ? readPlain(readAddressed(text, names)) : "";
  if (wanted !== "") return wanted;
  throw new AppError({
    code: "input_invalid",
    message: "Your message is gone. Write what shall be different in the draft's thread.",
  });
}
