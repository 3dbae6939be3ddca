import type { ChannelFinder } from "../../slack/channels.ts";
import { findMessage, type MessageMark } from "../../slack/messages.ts";
import type { Slack } from "../../slack/slack.ts";
import { UNPARSED, UNPARSED_POST } from "../../slack/unparsed.ts";
import { CARD_METADATA } from "../ids.ts";
import type { CardMessage } from "../views/blocks/build.ts";

/** Where a card is, or should be posted. */
export interface CardPlace {
  readonly channel: string;
  /** Parent's time stamp; `null`: not in a thread. */
  readonly threadTs: string | null;
}

/** The Web API calls that cards need. They throw what the client throws. */
export interface SlackMessages extends Pick<ChannelFinder, "find"> {
  /** @returns the time stamp. */
  post(place: CardPlace, cardId: string, message: CardMessage): Promise<string>;
  update(channel: string, ts: string, message: CardMessage): Promise<void>;
  /** Finds a card that may have been posted. @returns its time stamp, or `null` if it is not there. */
  findPosted(place: CardPlace, cardId: string, since: number): Promise<string | null>;
}

/** Posts with the bulk client, which neither waits nor retries: a retried post would appear twice. */
export function createSlackMessages({
  bulk: client,
  channels,
}: Pick<Slack, "bulk" | "channels">): SlackMessages {
  /** What Slack refuses says of the channel, too. */
  async function noting<Answer>(channel: string, call: () => Promise<Answer>): Promise<Answer> {
    try {
      return await call();
    } catch (error) {
      channels.refused(channel, error);
      throw error;
    }
  }
  return {
    find: (channel) => channels.find(channel),
    post: ({ channel, threadTs }, cardId, message) =>
      noting(channel, async () => {
        const answer = await client.chat.postMessage({
          channel,
          text: message.text,
          blocks: [...message.blocks],
          metadata: markOf(cardId),
          ...UNPARSED_POST,
          ...(threadTs === null ? {} : { thread_ts: threadTs }),
        });
        return answer.ts ?? "";
      }),
    update: (channel, ts, message) =>
      noting(channel, async () => {
        const { text, blocks } = message;
        await client.chat.update({ channel, ts, text, blocks: [...blocks], ...UNPARSED });
      }),
    findPosted: (place, cardId, since) => findMessage(client, { ...place, since }, markOf(cardId)),
  };
}

/** The metadata that identifies a card's message. */
function markOf(cardId: string): MessageMark {
  return { event_type: CARD_METADATA, event_payload: { card: cardId } };
}
