import { z } from "zod";
import { inPlace } from "../../engine/definition/param-traits.ts";
import type { ServiceAction, ServiceContext } from "../../engine/ports/service.ts";
import { plain } from "../../shared/places/place.ts";
import { wording } from "../../shared/wording.ts";
import { readMention } from "../../slack/channels.ts";
import { findByTs } from "../../slack/messages.ts";
import type { Slack } from "../../slack/slack.ts";
import { UNPARSED } from "../../slack/unparsed.ts";
import { defineAction, showText } from "../action.ts";
import {
  CONTENT,
  contentProblems,
  forReaders,
  isOwnMessage,
  toSlackContent,
} from "./message-content.ts";
import { nameOf, placeOf, refused, turnOf, unlessDone, withSlackErrors } from "./slack-names.ts";
import { Channel, MessageTs } from "./slack-params.ts";

/** `chat.update` takes shorter texts than `chat.postMessage` (docs.slack.dev/reference/methods/chat.update, `msg_too_long`). */
const MAX_TEXT_LENGTH = 4000;

const UpdateParams = z.strictObject({ channel: Channel, messageTs: MessageTs, ...CONTENT });
const DeleteParams = z.strictObject({ channel: Channel, messageTs: MessageTs });
const ReactionParams = z.strictObject({
  channel: Channel,
  messageTs: MessageTs,
  emoji: inPlace(
    z
      .string()
      .describe("white_check_mark, with or without colons")
      .trim()
      .regex(/^:?[a-z0-9_+'-]+(?:::skin-tone-[2-6])?:?$/, "the name of an emoji, such as eyes"),
    plain,
  ),
});

type SlackParts = Pick<Slack, "bulk" | "channels" | "sender">;

/** Replaces what a message of the workflow says. To do it twice does no harm. */
export function createUpdateAction(slack: SlackParts): ServiceAction {
  return defineAction({
    summary:
      "Replaces what a message says that the run has posted; gives {messageTs, channel}. Of a message in a channel that another run posted: only in a run that no person started.",
    describe: ({ channel, message, markdown }) =>
      `Changes a message in ${nameOf(channel)} to: "${showText(message ?? markdown)}"`,
    outline: ({ channel }) => wording`Changes a message of its own in ${nameOf(channel)}`,
    checkTogether: contentProblems,
    example: {
      channel: "#orders",
      messageTs: "{{stepResults.post.output.messageTs}}",
      message: "Delivered.",
    },
    params: UpdateParams,
    sideEffect: true,
    onUnknown: "repeat",
    execute: async (params, context) => {
      const { channel: name, messageTs } = params;
      return withSlackErrors(`changing a message in ${placeOf(name)}`, async () => {
        const channel = await placeOfMessage(slack, name);
        const found = await findByTs(slack.bulk, channel, messageTs);
        if (found === null) throw gone(name);
        assertOwn(found, name, context);
        const place = { name, id: channel };
        const content = await forReaders(params, place, slack.channels, context);
        const shown = toSlackContent(content, MAX_TEXT_LENGTH);
        await slack.sender.callForStep({ method: "chat.update" }, turnOf(context), (client) =>
          // Blocks that are not given would stay, and hide the text.
          client.chat.update({ ...UNPARSED, channel, ts: messageTs, blocks: [], ...shown }),
        );
        return { messageTs, channel };
      });
    },
  });
}

/** Deletes a message of the workflow. One that is gone already is as it should be. */
export function createDeleteAction(slack: SlackParts): ServiceAction {
  return defineAction({
    summary:
      "Deletes a message that the run has posted; gives {messageTs, channel}, also if it is gone already.",
    describe: ({ channel }) => `Deletes a message of its own in ${nameOf(channel)}`,
    outline: ({ channel }) => wording`Deletes a message of its own in ${nameOf(channel)}`,
    example: { channel: "#orders", messageTs: "{{stepResults.post.output.messageTs}}" },
    params: DeleteParams,
    sideEffect: true,
    onUnknown: "repeat",
    execute: async ({ channel: name, messageTs }, context) =>
      withSlackErrors(`deleting a message in ${placeOf(name)}`, async () => {
        const channel = await placeOfMessage(slack, name);
        const output = { messageTs, channel };
        const found = await findByTs(slack.bulk, channel, messageTs);
        if (found === null) return output;
        assertOwn(found, name, context);
        await unlessDone("message_not_found", () =>
          slack.sender.callForStep({ method: "chat.delete" }, turnOf(context), (client) =>
            client.chat.delete({ channel, ts: messageTs }),
          ),
        );
        return output;
      }),
  });
}

/** Sets an emoji below a message. One that is there already is as it should be. */
export function createReactionAction(slack: SlackParts): ServiceAction {
  return defineAction({
    summary: "Reacts to a message with an emoji; gives {messageTs, channel, emoji}.",
    describe: ({ channel, emoji }) =>
      `Reacts with ${showText(emoji)} to a message in ${nameOf(channel)}`,
    outline: ({ channel, emoji }) =>
      wording`Reacts with ${showText(emoji)} to a message in ${nameOf(channel)}`,
    example: {
      channel: "#orders",
      messageTs: "{{stepResults.post.output.messageTs}}",
      emoji: "white_check_mark",
    },
    params: ReactionParams,
    sideEffect: true,
    onUnknown: "repeat",
    execute: async ({ channel: name, messageTs, emoji: typed }, context) =>
      withSlackErrors(
        `reacting to a message in ${placeOf(name)}`,
        async () => {
          const channel = await placeOfMessage(slack, name);
          const emoji = typed.replaceAll(/^:|:$/g, "");
          await unlessDone("already_reacted", () =>
            slack.sender.callForStep({ method: "reactions.add" }, turnOf(context), (client) =>
              client.reactions.add({ channel, timestamp: messageTs, name: emoji }),
            ),
          );
          return { messageTs, channel, emoji };
        },
        REACTION_REMEDIES,
      ),
  });
}

const REACTION_REMEDIES = {
  invalid_name: 'The workspace has no emoji of this name: check "emoji".',
  message_not_found: 'There is no such message in the channel: check "messageTs".',
};

async function placeOfMessage({ channels }: SlackParts, name: string): Promise<string> {
  const channel = await channels.find(readMention(name));
  if (channel !== null) return channel;
  throw refused(`The bot is in no channel ${nameOf(name)}. Invite it there.`);
}

function assertOwn(message: object, name: string, context: ServiceContext): void {
  if (isOwnMessage(message, context)) return;
  const wider =
    context.startedBy === undefined
      ? "this workflow alone"
      : "this run alone, since a person started it and may have chosen the message";
  throw refused(
    `The message in ${nameOf(name)} may not be changed here: a step changes messages of ${wider}.`,
  );
}

function gone(name: string) {
  return refused(
    `Slack shows the bot no such message in ${nameOf(name)}: it was deleted, or "messageTs" is another one's.`,
  );
}
