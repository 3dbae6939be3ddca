import type {
  ChatPostEphemeralArguments,
  ChatPostMessageArguments,
  ChatScheduleMessageArguments,
} from "@slack/web-api";
import { z } from "zod";
import { inPlace } from "../../engine/definition/param-traits.ts";
import type { ServiceAction, ServiceContext, UnknownPolicy } from "../../engine/ports/service.ts";
import { AppError } from "../../shared/errors.ts";
import type { Json, JsonObject } from "../../shared/json.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { parseTime } from "../../shared/parse-time.ts";
import { plain } from "../../shared/places/place.ts";
import { type Wording, wording } from "../../shared/wording.ts";
import { readMention } from "../../slack/channels.ts";
import { findMessage } from "../../slack/messages.ts";
import type { Slack } from "../../slack/slack.ts";
import { unescapeText } from "../../slack/text.ts";
import { UNPARSED, UNPARSED_POST } from "../../slack/unparsed.ts";
import { defineAction, showText } from "../action.ts";
import {
  CONTENT,
  contentProblems,
  forReaders,
  markOf,
  ownedMarkOf,
  type SlackContent,
  toSlackContent,
} from "./message-content.ts";
import { nameOf, placeOf, turnOf, withSlackErrors } from "./slack-names.ts";
import { Channel, PersonId, ThreadTs } from "./slack-params.ts";

/** Slack cuts texts there without a word. */
const MAX_TEXT_LENGTH = 40_000;

const SendParams = z.strictObject({
  channel: Channel,
  ...CONTENT,
  threadTs: ThreadTs.optional(),
  broadcast: z.boolean().optional().describe("shows a reply in the channel, too"),
  visibleTo: PersonId.optional().describe(
    "the one person who sees it, a member of the channel; it is gone when they reload",
  ),
  sendAt: inPlace(z.string().trim().min(1), plain)
    .optional()
    .describe("Slack posts it then: ISO 8601 with its zone, at most 120 days ahead"),
});
type SendParams = z.output<typeof SendParams>;

type SlackParts = Pick<Slack, "bulk" | "channels" | "sender">;

/** Messages: in a channel, a thread, a direct conversation, for one person alone, or later. */
export function createSendAction(slack: SlackParts): ServiceAction {
  return defineAction({
    summary:
      "Posts a message to a channel, a person or a thread, now, later or for one person alone; gives {messageTs, channel}, and of a later one {messageTs: null, channel, scheduledMessageId, sendAt}.",
    describe: (params) => {
      const { message, markdown } = params;
      return `Posts to ${nameOf(params["channel"])}${how(params)}: "${showText(message ?? markdown)}"`;
    },
    outline: outlineSend,
    checkTogether: checkSend,
    example: { channel: "#orders", message: "Order {{variables.number}} is on its way." },
    params: SendParams,
    sideEffect: true,
    // Slack has no idempotency keys: a message that may be there already is found by its metadata.
    onUnknown: policyFor,
    execute: async (params, context) => send(slack, params, context),
    look: async (params, context) => lookForMessage(slack, params, context),
  });
}

/** What one person alone sees is in no history, and to see it twice does no harm. */
function policyFor({ visibleTo }: SendParams): UnknownPolicy {
  return visibleTo === undefined ? "look" : "repeat";
}

function how({ threadTs, broadcast, visibleTo, sendAt }: JsonObject): string {
  const thread = threadTs === undefined ? "" : ", in a thread";
  const shown = broadcast === true ? " and in the channel" : "";
  const reader = visibleTo === undefined ? "" : `, for ${showText(visibleTo)} alone`;
  const time = sendAt === undefined ? "" : `, at ${showText(sendAt)}`;
  return `${thread}${shown}${reader}${time}`;
}

function outlineSend({ channel, threadTs, broadcast, visibleTo, sendAt }: JsonObject): Wording {
  const thread = threadTs === undefined ? wording`` : wording`, in a thread`;
  const shown = broadcast === undefined ? wording`` : wording`, shown in the channel, too`;
  const reader = visibleTo === undefined ? wording`` : wording`, for ${showText(visibleTo)} alone`;
  const time = sendAt === undefined ? wording`` : wording`, at ${showText(sendAt)}`;
  return wording`Posts to ${nameOf(channel)}${thread}${shown}${reader}${time}`;
}

function checkSend(params: JsonObject) {
  const { threadTs, broadcast, visibleTo, sendAt } = params;
  const problems = [...contentProblems(params)];
  const add = (name: string, message: string, fix: string): void => {
    problems.push({ path: [name], message, fix });
  };
  if (broadcast === true && threadTs === undefined)
    add("broadcast", 'means nothing without "threadTs"', 'Add "threadTs", or remove it.');
  if (visibleTo !== undefined && (sendAt !== undefined || broadcast === true)) {
    const other = sendAt === undefined ? "broadcast" : "sendAt";
    add("visibleTo", `cannot be given together with "${other}"`, "Remove one of them.");
  }
  if (typeof sendAt === "string" && !sendAt.includes("{{")) {
    const time = parseTime(sendAt);
    if (typeof time !== "number")
      add("sendAt", `is ${time.reason}`, "Write it as 2026-01-31T09:00:00+01:00.");
  }
  return problems;
}

async function send(slack: SlackParts, params: SendParams, context: ServiceContext): Promise<Json> {
  const { channels } = slack;
  const named = readMention(params.channel);
  const doing = `posting to ${placeOf(params.channel)}`;
  const post = async (): Promise<Json> => {
    // A direct conversation must be open before a message can be posted to it, and a channel has its limit under one name only.
    const channel = (await channels.find(named)) ?? named;
    const content = await forReaders(
      params,
      { name: params.channel, id: channel },
      channels,
      context,
    );
    context.signal.throwIfAborted();
    const message = { channel, ...toSlackContent(content, MAX_TEXT_LENGTH) };
    return sending(slack, params, message, context).catch((error: unknown) => {
      channels.refused(channel, error);
      throw error;
    });
  };
  return withSlackErrors(doing, post, REMEDIES);
}

type Outgoing = SlackContent & { readonly channel: string };

/** What helps, by Slack's code (docs.slack.dev/reference/methods/chat.scheduleMessage, chat.postEphemeral). */
const REMEDIES = {
  user_not_in_channel: '"visibleTo" names a person who is not in the channel: invite them first.',
  time_in_past: '"sendAt" has passed: give a time that is to come.',
  time_too_far: '"sendAt" is too far: Slack takes 120 days at most.',
};

function sending(
  slack: SlackParts,
  params: SendParams,
  message: Outgoing,
  context: ServiceContext,
): Promise<Json> {
  const { threadTs, visibleTo, sendAt, broadcast } = params;
  if (visibleTo !== undefined)
    return postPrivately(
      slack,
      { ...message, ...omitUndefined({ thread_ts: threadTs }), user: readMention(visibleTo) },
      context,
    );
  const placed = { ...message, ...inThread(threadTs, broadcast === true) };
  return sendAt === undefined
    ? post(slack, placed, context)
    : schedule(slack, { ...placed, post_at: secondsOf(sendAt) }, context);
}

/** Only a reply can be shown in the channel, too. */
function inThread(threadTs: string | undefined, broadcast: boolean) {
  if (threadTs === undefined) return {};
  return broadcast
    ? { thread_ts: threadTs, reply_broadcast: true as const }
    : { thread_ts: threadTs };
}

async function post(
  { sender }: SlackParts,
  message: ChatPostMessageArguments,
  context: ServiceContext,
): Promise<Json> {
  const { ts, channel } = await sender.postForStep(
    { ...message, metadata: ownedMarkOf(context) },
    turnOf(context),
  );
  if (ts === undefined || channel === undefined) throw unsaid();
  return { messageTs: ts, channel };
}

async function postPrivately(
  { sender }: SlackParts,
  message: ChatPostEphemeralArguments,
  context: ServiceContext,
): Promise<Json> {
  const answer = await sender.callForStep(
    { method: "chat.postEphemeral" },
    turnOf(context),
    (client) => client.chat.postEphemeral({ ...UNPARSED, ...message }),
  );
  if (answer.message_ts === undefined) throw unsaid();
  return { messageTs: answer.message_ts, channel: message.channel };
}

/** Without metadata: what is scheduled with it is never posted (docs.slack.dev/reference/methods/chat.scheduleMessage, "Bug alert"). */
async function schedule(
  { sender }: SlackParts,
  message: ChatScheduleMessageArguments & { readonly post_at: number },
  context: ServiceContext,
): Promise<Json> {
  const answer = await sender.callForStep(
    { method: "chat.scheduleMessage" },
    turnOf(context),
    (client) => client.chat.scheduleMessage({ ...UNPARSED_POST, ...message }),
  );
  const { scheduled_message_id: id } = answer;
  if (id === undefined) throw unsaid();
  return scheduled(id, message.channel, message.post_at);
}

function scheduled(scheduledMessageId: string, channel: string, postAt: number): Json {
  const sendAt = new Date(postAt * 1000).toISOString();
  return { messageTs: null, channel, scheduledMessageId, sendAt };
}

function secondsOf(sendAt: string): number {
  const time = parseTime(sendAt);
  if (typeof time === "number") return Math.floor(time / 1000);
  throw new AppError({
    code: "params_invalid",
    message: `"sendAt" is ${time.reason}. Write it as 2026-01-31T09:00:00+01:00.`,
  });
}

function unsaid(): AppError {
  return new AppError({
    code: "slack_unavailable",
    message: "Slack took the message and did not say where it stands.",
    retryable: true,
    outcomeUnknown: true,
  });
}

async function lookForMessage(
  slack: SlackParts,
  params: SendParams,
  context: ServiceContext,
): Promise<Json | null> {
  const { bulk, channels } = slack;
  return withSlackErrors(`looking for the message in ${nameOf(params.channel)}`, async () => {
    const channel = await channels.find(params.channel);
    if (channel === null) return null;
    if (params.sendAt !== undefined)
      return lookForScheduled(slack, params, params.sendAt, channel, context);
    const place = { channel, threadTs: params.threadTs ?? null };
    const messageTs = await findMessage(bulk, place, markOf(context));
    return messageTs === null ? null : { messageTs, channel };
  });
}

/** Clocks may differ by this much between us and Slack, in seconds. */
const CLOCK_SLACK = 60;

/** The message that waits for this moment in this channel with this text, if it was scheduled since the run began. */
async function lookForScheduled(
  { bulk: client, channels }: SlackParts,
  params: SendParams,
  sendAt: string,
  channel: string,
  context: ServiceContext,
): Promise<Json | null> {
  const postAt = secondsOf(sendAt);
  const since = context.startedAt / 1000 - CLOCK_SLACK;
  const place = { name: params.channel, id: channel };
  const content = await forReaders(params, place, channels, context);
  const { text } = toSlackContent(content, MAX_TEXT_LENGTH);
  let cursor: string | undefined;
  do {
    const answer = await client.chat.scheduledMessages.list({
      ...{ channel, limit: 100 },
      ...omitUndefined({ cursor }),
    });
    const found = answer.scheduled_messages?.find(
      (one) =>
        one.post_at === postAt &&
        // Slack escapes what is not.
        unescapeText(one.text ?? "") === unescapeText(text) &&
        (one.date_created ?? 0) >= since,
    );
    if (found?.id !== undefined) return scheduled(found.id, channel, postAt);
    cursor = answer.response_metadata?.next_cursor || undefined;
  } while (cursor !== undefined);
  return null;
}
