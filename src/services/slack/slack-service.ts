import type { KnownBlock } from "@slack/types";
import type { ChatPostMessageArguments } from "@slack/web-api";
import { z } from "zod";
import { externalNames, inPlace } from "../../engine/definition/param-traits.ts";
import type { Service, ServiceContext } from "../../engine/ports/service.ts";
import { AppError } from "../../shared/errors.ts";
import { type Json, readOwn } from "../../shared/json.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { plain } from "../../shared/places/place.ts";
import { slackPlace } from "../../shared/places/slack-place.ts";
import { beginningOf } from "../../shared/shorten.ts";
import { wording } from "../../shared/wording.ts";
import { type ChannelFinder, isChannelId, readMention } from "../../slack/channels.ts";
import { findMessage, type MessageMark } from "../../slack/messages.ts";
import type { Slack } from "../../slack/slack.ts";
import { unparsedBlocks } from "../../slack/unparsed.ts";
import { defineAction, showText } from "../action.ts";
import { markupInBlock, placeInBlocks } from "./block-place.ts";
import { nameOf, placeOf, withSlackErrors } from "./slack-names.ts";
import { createUploadAction } from "./upload-file.ts";

/** Slack cuts texts there without a word. */
const MAX_TEXT_LENGTH = 40_000;
const CUT_NOTE = "\n… (cut: the text was longer than Slack takes)";
const MAX_BLOCKS = 50;

/** Slack itself checks what is inside: new kinds of blocks appear all the time. */
const Block = z.custom<KnownBlock>(
  (value) => typeof readOwn(value, "type") === "string",
  "a list of Block Kit objects",
);

const MessageParams = z.strictObject({
  /** `#name`, an id, or a person's id for a direct message. */
  channel: inPlace(z.string().trim().min(1), plain).register(externalNames, { kind: "channel" }),
  /** Slack's own markup. With blocks: what notifications show. */
  message: inPlace(z.string().min(1), slackPlace),
  blocks: inPlace(z.array(Block).max(MAX_BLOCKS), markupInBlock, placeInBlocks).optional(),
  /** Time stamp of the message whose thread this belongs to. */
  threadTs: inPlace(z.string().min(1), plain).optional(),
});
type MessageParams = z.output<typeof MessageParams>;

/** The part of the workspace that the service uses. */
type SlackParts = Pick<Slack, "bulk" | "channels" | "sender" | "uploads">;

/** Messages and files in Slack. */
export function createSlackService(slack: SlackParts): Service {
  return {
    name: "slack",
    defaultAction: "sendMessage",
    actions: {
      sendMessage: defineAction({
        summary: "Posts a message to a channel, a person or a thread; gives {messageTs, channel}.",
        describe: ({ channel, message }) => `Posts to ${nameOf(channel)}: "${showText(message)}"`,
        outline: ({ channel, threadTs }) =>
          threadTs === undefined
            ? wording`Posts to ${nameOf(channel)}`
            : wording`Posts to ${nameOf(channel)}, in a thread`,
        params: MessageParams,
        sideEffect: true,
        // Slack has no idempotency keys: a message that may be there already is found by its metadata.
        onUnknown: "look",
        execute: async (params, context) => sendMessage(slack, params, context),
        look: async (params, context) => lookForMessage(slack, params, context),
      }),
      uploadFile: createUploadAction(slack),
    },
  };
}

async function sendMessage(
  { channels, sender }: SlackParts,
  params: MessageParams,
  context: ServiceContext,
): Promise<Json> {
  const named = readMention(params.channel);
  return withSlackErrors(`posting to ${placeOf(params.channel)}`, async () => {
    // A direct conversation must be open before a message can be posted to it, and a channel has its limit under one name only.
    const channel = (await channels.find(named)) ?? named;
    const shown = await forReaders(params, channel, channels, context);
    const { idempotencyKey: id, executionId, startedAt: since, signal } = context;
    signal.throwIfAborted();
    const place = { urgency: "run", since } as const;
    const answer = await sender
      .postForStep(toArguments(shown, channel, context), { id, executionId, place, signal })
      .catch((error: unknown) => {
        channels.refused(channel, error);
        throw error;
      });
    if (answer.ts === undefined || answer.channel === undefined) {
      throw new AppError({
        code: "slack_unavailable",
        message: "Slack took the message and did not say where it stands.",
        retryable: true,
        outcomeUnknown: true,
      });
    }
    return { messageTs: answer.ts, channel: answer.channel };
  });
}

async function lookForMessage(
  { bulk, channels }: SlackParts,
  params: MessageParams,
  context: ServiceContext,
): Promise<Json | null> {
  return withSlackErrors(`looking for the message in ${nameOf(params.channel)}`, async () => {
    const channel = await channels.find(params.channel);
    if (channel === null) return null;
    const place = { channel, threadTs: params.threadTs ?? null };
    const messageTs = await findMessage(bulk, place, markOf(context));
    return messageTs === null ? null : { messageTs, channel };
  });
}

/**
 * What may be read in the channel: where people of other organizations read along, everything that is sensitive in the run is masked.
 *
 * @throws {AppError} if it is not known who reads it, and something would have to be masked.
 */
async function forReaders(
  params: MessageParams,
  channel: string,
  channels: ChannelFinder,
  { hideSensitive }: ServiceContext,
): Promise<MessageParams> {
  const { message, blocks } = params;
  const masked = hideSensitive?.({ message, blocks });
  if (masked === undefined || JSON.stringify(masked) === JSON.stringify({ message, blocks }))
    return params;
  if (!isChannelId(channel)) {
    throw new AppError({
      code: "slack_rejected",
      message: `The message holds sensitive values, and it is not known whether other organizations read ${nameOf(params.channel)}, since the bot is not in it. Invite the bot there, or leave the values out.`,
    });
  }
  return (await channels.isShared(channel)) ? { ...params, ...omitUndefined(masked) } : params;
}

function toArguments(
  params: MessageParams,
  channel: string,
  context: ServiceContext,
): ChatPostMessageArguments {
  const { message, blocks, threadTs } = params;
  const text =
    message.length > MAX_TEXT_LENGTH
      ? beginningOf(message, MAX_TEXT_LENGTH - CUT_NOTE.length) + CUT_NOTE
      : message;
  return {
    channel,
    text,
    ...(blocks && { blocks: unparsedBlocks(blocks) }),
    ...omitUndefined({ thread_ts: threadTs }),
    metadata: markOf(context),
  };
}

/** What a step's message is recognized by. */
function markOf({ idempotencyKey }: ServiceContext): MessageMark {
  return { event_type: "heddle_step", event_payload: { key: idempotencyKey } };
}
