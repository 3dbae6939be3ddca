import type { WebClient } from "@slack/web-api";
import type { ChannelFinder } from "../../slack/channels.ts";
import { createChannelFinder } from "../../slack/channels.ts";
import type { MessageMark } from "../../slack/find-message.ts";
import { findMessage } from "../../slack/find-message.ts";
import { CARD_METADATA } from "../ids.ts";
import type { CardMessage } from "../views/blocks/build.ts";

/** Where a card stands or shall stand. */
export interface CardPlace {
  readonly channel: string;
  /** Parent's time stamp; `null`: not in a thread. */
  readonly threadTs: string | null;
}

/** Clocks may differ by this much between us and Slack. */
const CLOCK_SLACK_MS = 60_000;

/** The Web API calls that cards need. They throw what the client throws. */
export interface SlackMessages extends ChannelFinder {
  /** @returns the time stamp. */
  post(place: CardPlace, cardId: string, message: CardMessage): Promise<string>;
  update(channel: string, ts: string, message: CardMessage): Promise<void>;
  /** Looks for a card that was perhaps posted. @returns its time stamp, or `null` if it is not there. */
  look(place: CardPlace, cardId: string, since: number): Promise<string | null>;
}

/** @param client - one that neither waits nor repeats: a repeated post would stand twice. */
export function createSlackMessages(client: WebClient): SlackMessages {
  return {
    ...createChannelFinder(client),
    post: async ({ channel, threadTs }, cardId, message) => {
      const answer = await client.chat.postMessage({
        channel,
        text: message.text,
        blocks: [...message.blocks],
        metadata: markOf(cardId),
        unfurl_links: false,
        unfurl_media: false,
        ...(threadTs === null ? {} : { thread_ts: threadTs }),
      });
      return answer.ts ?? "";
    },
    update: async (channel, ts, message) => {
      await client.chat.update({ channel, ts, text: message.text, blocks: [...message.blocks] });
    },
    look: (place, cardId, since) =>
      findMessage(client, { ...place, since: since - CLOCK_SLACK_MS }, markOf(cardId)),
  };
}

/** What a card's message is recognized by. */
function markOf(cardId: string): MessageMark {
  return { event_type: CARD_METADATA, event_payload: { card: cardId } };
}
