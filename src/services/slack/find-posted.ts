import { readOwn } from "../../json.ts";
import type { SlackClient } from "./slack-client.ts";

/** Name of the metadata by which a message is recognized as a step's. */
export const METADATA_TYPE = "heddle_step";

/** Messages that are looked through: the newest thousand of a channel or thread. */
const PAGE_SIZE = 200;
const MAX_PAGES = 5;

/** A message that was posted. */
export interface PostedMessage {
  readonly messageTs: string;
  readonly channel: string;
}

/** Metadata of a message: an id alone, since every app and member of the workspace can read it. */
export function stepMetadata(key: string): {
  readonly event_type: string;
  readonly event_payload: { readonly key: string };
} {
  return { event_type: METADATA_TYPE, event_payload: { key } };
}

/**
 * Looks for the message that a step posted, by its metadata.
 *
 * @returns `null` if it is not among the newest thousand. Throws what the Web API client throws.
 */
export async function findPosted(
  client: SlackClient,
  place: { readonly channel: string; readonly threadTs?: string | undefined },
  key: string,
): Promise<PostedMessage | null> {
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const query = {
      channel: place.channel,
      include_all_metadata: true,
      limit: PAGE_SIZE,
      ...(cursor !== undefined && { cursor }),
    };
    const answer =
      place.threadTs === undefined
        ? await client.conversations.history(query)
        : await client.conversations.replies({ ...query, ts: place.threadTs });
    for (const message of answer.messages ?? []) {
      if (message.ts !== undefined && isOf(message, key)) {
        return { messageTs: message.ts, channel: place.channel };
      }
    }
    cursor = answer.response_metadata?.next_cursor;
    if (cursor === undefined || cursor === "") return null;
  }
  return null;
}

function isOf(message: object, key: string): boolean {
  const metadata: unknown = Reflect.get(message, "metadata");
  return (
    readOwn(metadata, "event_type") === METADATA_TYPE &&
    readOwn(readOwn(metadata, "event_payload"), "key") === key
  );
}
