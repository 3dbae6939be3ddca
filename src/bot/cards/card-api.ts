import type { WebClient } from "@slack/web-api";
import { readOwn } from "../../json.ts";
import type { CardMessage } from "../blocks/build.ts";
import { CARD_METADATA } from "../ids.ts";
import { type ChannelFinder, createChannelFinder } from "../slack/channels.ts";

/** Where a card stands or shall stand. */
export interface CardPlace {
  readonly channel: string;
  /** Parent's time stamp; `null`: not in a thread. */
  readonly threadTs: string | null;
}

/** Clocks may differ by this much between us and Slack. */
const CLOCK_SLACK_MS = 60_000;
const PAGE = 100;
const MAX_PAGES = 30;

/** The Web API calls that cards need. They throw what the client throws. */
export interface CardApi extends ChannelFinder {
  /** @returns the time stamp. */
  post(place: CardPlace, cardId: string, message: CardMessage): Promise<string>;
  update(channel: string, ts: string, message: CardMessage): Promise<void>;
  /** Looks for a card that was perhaps posted. @returns its time stamp, or `null` if it is not there. */
  look(place: CardPlace, cardId: string, since: number): Promise<string | null>;
}

/** @param client - one that neither waits nor repeats: a repeated post would stand twice. */
export function createCardApi(client: WebClient): CardApi {
  return {
    ...createChannelFinder(client),
    post: async ({ channel, threadTs }, cardId, message) => {
      const answer = await client.chat.postMessage({
        channel,
        text: message.text,
        blocks: [...message.blocks],
        metadata: { event_type: CARD_METADATA, event_payload: { card: cardId } },
        unfurl_links: false,
        unfurl_media: false,
        ...(threadTs === null ? {} : { thread_ts: threadTs }),
      });
      return answer.ts ?? "";
    },
    update: async (channel, ts, message) => {
      await client.chat.update({ channel, ts, text: message.text, blocks: [...message.blocks] });
    },
    look: (place, cardId, since) => lookFor(client, place, cardId, since),
  };
}

async function lookFor(
  client: WebClient,
  place: CardPlace,
  cardId: string,
  since: number,
): Promise<string | null> {
  const { channel, threadTs } = place;
  const oldest = String((since - CLOCK_SLACK_MS) / 1000);
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const query = {
      channel,
      oldest,
      limit: PAGE,
      include_all_metadata: true,
      ...(cursor ? { cursor } : {}),
    };
    const answer =
      threadTs === null
        ? await client.conversations.history(query)
        : await client.conversations.replies({ ...query, ts: threadTs });
    for (const message of answer.messages ?? []) {
      const metadata = readOwn(message, "metadata");
      const isCard = readOwn(metadata, "event_type") === CARD_METADATA;
      if (isCard && readOwn(readOwn(metadata, "event_payload"), "card") === cardId)
        return message.ts ?? null;
    }
    cursor = answer.response_metadata?.next_cursor;
    if (!cursor) return null;
  }
  return null;
}
