import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import type { ReactedMessage } from "../engine/ports/conversations.ts";
import { AppError } from "../shared/errors.ts";
import { readOwn } from "../shared/json.ts";
import { omitUndefined } from "../shared/omit-undefined.ts";
import type { SlackClient } from "./clients.ts";
import { toSlackError, toSlackFailure } from "./errors.ts";
import { toPointed } from "./message-text.ts";

/** Messages that are searched: the newest few thousand of a channel, the first ones of a thread. */
const PAGE_SIZE = 200;
const MAX_PAGES = 15;
/** Clocks may differ by this much between us and Slack. */
const CLOCK_SLACK_MS = 60_000;

/** Metadata by which a message is recognized: an id alone, since every app and member of the workspace can read it. */
export interface MessageMark {
  readonly event_type: string;
  readonly event_payload: Readonly<Record<string, string>>;
}

export interface SearchPlace {
  readonly channel: string;
  /** Parent's time stamp; `null`: not in a thread. */
  readonly threadTs: string | null;
  /** It cannot have been posted before this moment of our clock, in milliseconds since 1970. @default all are searched */
  readonly since?: number;
}

/**
 * Finds a message that may have been posted, by its metadata: Slack has no idempotency keys.
 *
 * @returns its time stamp, or `null` if it is not among those that are searched. Throws what the Web API client throws.
 */
export function findMessage(
  client: Pick<SlackClient, "conversations">,
  place: SearchPlace,
  mark: MessageMark,
): Promise<string | null> {
  return search(client, place, (message) => hasMark(message, mark));
}

/** The same in a thread, by what is asked of each message, its parent included. */
export function findReply(
  client: Pick<SlackClient, "conversations">,
  place: SearchPlace & { readonly threadTs: string },
  isMeant: (message: object) => boolean,
): Promise<string | null> {
  return search(client, place, isMeant);
}

async function search(
  client: Pick<SlackClient, "conversations">,
  { channel, threadTs, since }: SearchPlace,
  isMeant: (message: object) => boolean,
): Promise<string | null> {
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const query = omitUndefined({
      channel,
      include_all_metadata: true,
      limit: PAGE_SIZE,
      oldest: since === undefined ? undefined : String((since - CLOCK_SLACK_MS) / 1000),
      cursor,
    });
    const answer =
      threadTs === null
        ? await client.conversations.history(query)
        : await client.conversations.replies({ ...query, ts: threadTs });
    const found = answer.messages?.find(isMeant);
    if (found?.ts !== undefined) return found.ts;
    cursor = answer.response_metadata?.next_cursor;
    if (cursor === undefined || cursor === "") return null;
  }
  return null;
}

function hasMark(message: object, mark: MessageMark): boolean {
  const metadata = readOwn(message, "metadata");
  const payload = readOwn(metadata, "event_payload");
  return (
    readOwn(metadata, "event_type") === mark.event_type &&
    Object.entries(mark.event_payload).every(([name, value]) => readOwn(payload, name) === value)
  );
}

/**
 * Reads the message at a place: its text as it was typed, or, if it has blocks alone, what they say.
 *
 * @throws {AppError} `slack_rejected` for a message that the bot cannot see, `slack_unavailable`.
 */
export async function readMessage(
  client: MessageReader,
  channel: string,
  ts: string,
): Promise<ReactedMessage> {
  let message: unknown;
  try {
    message = await findByTs(client, channel, ts);
  } catch (error) {
    throw toSlackError(error, `reading a message of <#${channel}>`);
  }
  if (message !== null)
    return {
      ...toPointed(channel, ts, message),
      ...omitUndefined({ reactions: reactionsOf(message) }),
    };
  throw new AppError({
    code: "slack_rejected",
    message: `Slack shows the bot no such message in <#${channel}>: it was deleted, or is older than what the workspace keeps.`,
  });
}

/** As the answers of `conversations.history` describe them; a message without emoji has no such member. */
const Reactions = z
  .array(z.object({ name: z.string(), users: z.array(z.string()), count: z.number() }))
  .default([]);

/** `undefined`: Slack describes them in another form than the known one. */
function reactionsOf(message: unknown): ReactedMessage["reactions"] {
  return Reactions.safeParse(readOwn(message, "reactions")).data;
}

/** What reads messages. */
type MessageReader = {
  readonly conversations: Pick<WebClient["conversations"], "history" | "replies">;
};

/**
 * Finds the message with this time stamp, with its metadata; `null`: there is none.
 *
 * A reply is not in the channel's history. What Slack answers to the `ts` of a reply is reported in two ways: the reply alone
 * (https://github.com/slackapi/bolt-python/issues/783), or its thread, in which the parent always comes first and counts against
 * `limit`, whatever `oldest` says (https://github.com/getsentry/sentry/pull/114442). So whole pages are read, and searched.
 *
 * Throws what the Web API client throws.
 */
export async function findByTs(
  client: MessageReader,
  channel: string,
  ts: string,
): Promise<object | null> {
  const top = await client.conversations.history({
    channel,
    latest: ts,
    inclusive: true,
    limit: 1,
    include_all_metadata: true,
  });
  const found = top.messages?.find((one) => one.ts === ts);
  if (found !== undefined) return found;
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const query = { channel, ts, limit: PAGE_SIZE, include_all_metadata: true };
    const thread = await client.conversations
      .replies({ ...query, ...omitUndefined({ cursor }) })
      .catch(noThread);
    const reply = thread?.messages?.find((one) => one.ts === ts);
    if (reply !== undefined) return reply;
    cursor = thread?.response_metadata?.next_cursor;
    if (cursor === undefined || cursor === "") return null;
  }
  return null;
}

/** The message is gone, and was no reply. */
function noThread(error: unknown): null {
  const failure = toSlackFailure(error);
  if (failure.kind === "refused" && failure.code === "thread_not_found") return null;
  throw error;
}
