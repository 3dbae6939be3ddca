import type { WebClient } from "@slack/web-api";
import type { PointedMessage } from "../engine/ports/conversations.ts";
import { readOwn } from "../shared/json.ts";
import { omitUndefined } from "../shared/omit-undefined.ts";
import type { SlackClient } from "./clients.ts";
import { unescapeText } from "./text.ts";

/** Messages that are searched: the newest few thousand of a channel or thread. */
const PAGE_SIZE = 200;
const MAX_PAGES = 15;

/** Metadata by which a message is recognized: an id alone, since every app and member of the workspace can read it. */
export interface MessageMark {
  readonly event_type: string;
  readonly event_payload: Readonly<Record<string, string>>;
}

export interface SearchPlace {
  readonly channel: string;
  /** Parent's time stamp; `null`: not in a thread. */
  readonly threadTs: string | null;
  /** Only messages after this moment, in milliseconds since 1970. */
  readonly since?: number;
}

/**
 * Finds a message that may have been posted, by its metadata: Slack has no idempotency keys.
 *
 * @returns its time stamp, or `null` if it is not among the newest ones. Throws what the Web API client throws.
 */
export async function findMessage(
  client: Pick<SlackClient, "conversations">,
  place: SearchPlace,
  mark: MessageMark,
): Promise<string | null> {
  const { channel, threadTs, since } = place;
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const query = omitUndefined({
      channel,
      include_all_metadata: true,
      limit: PAGE_SIZE,
      oldest: since === undefined ? undefined : String(since / 1000),
      cursor,
    });
    const answer =
      threadTs === null
        ? await client.conversations.history(query)
        : await client.conversations.replies({ ...query, ts: threadTs });
    const found = answer.messages?.find((message) => hasMark(message, mark));
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

/** Reads the message at a place. If the bot cannot read it, its text is empty. */
export async function readMessage(
  client: WebClient,
  channel: string,
  ts: string,
): Promise<PointedMessage> {
  const place = { channel, latest: ts, oldest: ts, inclusive: true, limit: 1 };
  const top = await client.conversations.history(place);
  let message = top.messages?.find((one) => one.ts === ts);
  if (message === undefined) {
    const thread = await client.conversations.replies({ ...place, ts });
    message = thread.messages?.find((one) => one.ts === ts);
  }
  return {
    channel,
    ts,
    threadTs: message?.thread_ts ?? ts,
    text: unescapeText(message?.text ?? ""),
    messageUser: message?.user ?? null,
  };
}
