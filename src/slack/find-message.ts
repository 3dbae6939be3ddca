import { readOwn } from "../shared/json.ts";
import type { SlackClient } from "./slack-client.ts";

/** Messages that are looked through: the newest few thousand of a channel or thread. */
const PAGE_SIZE = 200;
const MAX_PAGES = 15;

/** Metadata by which a message is recognized: an id alone, since every app and member of the workspace can read it. */
export interface MessageMark {
  readonly event_type: string;
  readonly event_payload: Readonly<Record<string, string>>;
}

export interface MessagePlace {
  readonly channel: string;
  /** Parent's time stamp; `null`: not in a thread. */
  readonly threadTs: string | null;
  /** Only messages after this moment, in milliseconds since 1970. */
  readonly since?: number;
}

/**
 * Looks for a message that was perhaps posted, by its metadata: Slack knows no idempotency keys.
 *
 * @returns its time stamp, or `null` if it is not among the newest ones. Throws what the Web API client throws.
 */
export async function findMessage(
  client: Pick<SlackClient, "conversations">,
  place: MessagePlace,
  mark: MessageMark,
): Promise<string | null> {
  const { channel, threadTs, since } = place;
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const query = {
      channel,
      include_all_metadata: true,
      limit: PAGE_SIZE,
      ...(since !== undefined && { oldest: String(since / 1000) }),
      ...(cursor !== undefined && { cursor }),
    };
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
