import { z } from "zod";
import type { ServiceAction } from "../../engine/ports/service.ts";
import { type Json, readOwn } from "../../shared/json.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { wording } from "../../shared/wording.ts";
import { readMention } from "../../slack/channels.ts";
import { toPointed } from "../../slack/message-text.ts";
import type { Slack } from "../../slack/slack.ts";
import { defineAction } from "../action.ts";
import { assertMayRead } from "./channel-guard.ts";
import { nameOf, placeOf, refused, withSlackErrors } from "./slack-names.ts";
import { Channel, ThreadTs } from "./slack-params.ts";

const DEFAULT_MESSAGES = 100;
const MAX_MESSAGES = 1000;
/** Messages on one page (docs.slack.dev/reference/methods/conversations.replies: at most 1000, fewer are recommended). */
const PAGE_SIZE = 200;

const ThreadParams = z.strictObject({
  channel: Channel,
  threadTs: ThreadTs,
  limit: z
    .int()
    .min(1)
    .max(MAX_MESSAGES)
    .optional()
    .describe("at most so many messages, the first ones; 100 if absent"),
});

type SlackParts = Pick<Slack, "bulk" | "channels" | "directory">;

/** What was said in a thread. */
export function createThreadAction(slack: SlackParts): ServiceAction {
  return defineAction({
    summary:
      "Reads a thread, its first message included, oldest first; gives {messages: [{ts, user, isBot, text}], hasMore}. Of private channels and direct conversations: only in runs that one of their members has started.",
    describe: ({ channel }) => `Reads a thread in ${nameOf(channel)}`,
    outline: ({ channel }) => wording`Reads a thread in ${nameOf(channel)}`,
    example: { channel: "#incidents", threadTs: "{{stepResults.post.output.messageTs}}" },
    params: ThreadParams,
    sideEffect: false,
    onUnknown: "repeat",
    execute: async ({ channel: name, threadTs, limit = DEFAULT_MESSAGES }, context) =>
      withSlackErrors(`reading a thread in ${placeOf(name)}`, async () => {
        const channel = await slack.channels.find(readMention(name));
        if (channel === null)
          throw refused(`The bot is in no channel ${nameOf(name)}. Invite it there.`);
        await assertMayRead(slack, { name, id: channel }, context);
        const { messages, hasMore } = await readThread(slack, channel, threadTs, limit);
        return { messages: messages.map((message) => toOutput(channel, message)), hasMore };
      }),
  });
}

/** Slack repeats the first message on every page. */
async function readThread(
  { bulk: client }: SlackParts,
  channel: string,
  ts: string,
  limit: number,
): Promise<{ readonly messages: readonly object[]; readonly hasMore: boolean }> {
  const found = new Map<string, object>();
  let cursor: string | undefined;
  do {
    const answer = await client.conversations.replies({
      ...{ channel, ts, limit: Math.min(PAGE_SIZE, limit + 1) },
      ...omitUndefined({ cursor }),
    });
    for (const message of answer.messages ?? [])
      if (message.ts !== undefined) found.set(message.ts, message);
    cursor = answer.response_metadata?.next_cursor || undefined;
  } while (cursor !== undefined && found.size <= limit);
  const messages = [...found.values()];
  return { messages: messages.slice(0, limit), hasMore: messages.length > limit };
}

function toOutput(channel: string, message: object): Json {
  const ts = readOwn(message, "ts");
  const { text, messageUser } = toPointed(channel, String(ts), message);
  const isBot = readOwn(message, "bot_id") !== undefined;
  return { ts: String(ts), user: messageUser, isBot, text };
}
