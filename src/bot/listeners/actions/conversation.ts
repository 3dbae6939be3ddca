import type { App } from "@slack/bolt";
import { AppError } from "../../../shared/errors.ts";
import { omitUndefined } from "../../../shared/omit-undefined.ts";
import { findByTs } from "../../../slack/messages.ts";
import { mentionPerson } from "../../../slack/text.ts";
import {
  type AgainValue,
  parseAgainValue,
  parseRecentDraftValue,
  type RecentDraftValue,
} from "../../action-values.ts";
import { answerCommand } from "../../commands/index.ts";
import type { BotContext } from "../../context.ts";
import type { Connection } from "../../conversation/connection.ts";
import type { Conversation } from "../../conversation/conversation.ts";
import { toWritten, type WrittenMessage } from "../../conversation/written-message.ts";
import { whyNoChange } from "../../drafts/why-no-change.ts";
import { ACTION_IDS } from "../../ids.ts";
import { answerWithForm } from "../dialogs/run-form.ts";
import { type AckedRequest, onAction, UNKNOWN_DRAFT } from "./on-action.ts";

/** The buttons of the bot's answers in direct messages: they do what a command would, where none can be typed. */
export function register(app: App, context: BotContext, conversation: Conversation): void {
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
    unknown: UNKNOWN_DRAFT,
    ack: "before",
    handle: (request) => changeRecent(request, context, conversation),
  });
  onAction(app, context, {
    id: ACTION_IDS.answerAgain,
    parse: parseAgainValue,
    unknown: { code: "input_invalid", message: "This button belongs to no message." },
    ack: "before",
    handle: (request) => answerAgain(request, context, conversation),
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
  { value: { d: id, t: ts }, caller, click, client, reply }: AckedRequest<RecentDraftValue>,
  context: BotContext,
  conversation: Conversation,
): Promise<string | undefined> {
  const { engine, keys } = context;
  const { draft } = await engine.drafts.view(id);
  const why = whyNoChange(draft, caller.userId);
  if (why !== null) return why;
  const connection = await connect(context);
  const message = await readMessage(ts, click.channel, `change:${id}`, connection);
  if (!(await keys.claim(`change:${id}:${ts}`, click.triggerId ?? "")))
    return "This change was made already; see the draft's thread.";
  const { permalink } = await client.chat.getPermalink({
    channel: draft.channel,
    message_ts: draft.messageTs ?? draft.threadTs,
  });
  await reply(`I am writing the next round, in <${permalink ?? ""}|the draft's thread>.`);
  await conversation.change(message, draft, connection);
  return undefined;
}

/** Answers a message after all. */
async function answerAgain(
  { value: { t: ts, b }, caller, click, reply }: AckedRequest<AgainValue>,
  context: BotContext,
  conversation: Conversation,
): Promise<string | undefined> {
  const connection = await connect(context);
  // A second click on the same button writes no second workflow.
  const again = b === undefined ? `again:${click.triggerId ?? ""}` : "build";
  const message = await readMessage(ts, click.channel, again, connection);
  if (message.user !== caller.userId)
    return `Only ${mentionPerson(message.user)}, who wrote it, can have it answered.`;
  if (b === undefined) await conversation.receive(message, connection);
  else {
    await reply("I am writing a draft of it, in the thread of your message.");
    await conversation.build(message, connection);
  }
  return undefined;
}

/** The way to Slack, and who the bot is there. */
async function connect({ client }: BotContext): Promise<Connection> {
  const { user_id: botUserId } = await client.auth.test();
  return { client, botUserId };
}

/** @throws {AppError} `input_invalid` for a message that is gone or says nothing. */
async function readMessage(
  ts: string,
  channel: string | undefined,
  eventId: string,
  { client }: Connection,
): Promise<WrittenMessage> {
  const found = channel === undefined ? null : await findByTs(client, channel, ts);
  const isDirect = channel?.startsWith("D") === true;
  const message = toWritten(found && { ...found, channel }, eventId, isDirect);
  if (message !== null && (message.text !== "" || message.files.length > 0)) return message;
  throw new AppError({ code: "input_invalid", message: "Your message is gone. Write it again." });
}
