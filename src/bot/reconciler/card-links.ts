import type { WebClient } from "@slack/web-api";
import type { ExecutionView, RequestView } from "../../engine/api/executions.ts";
import type { CardRecord, CardStore } from "../../engine/ports/cards.ts";
import { readOwn } from "../../shared/json.ts";
import { findByTs, findReply } from "../../slack/messages.ts";
import { CARD_METADATA } from "../ids.ts";
import { isDigestCard } from "./digests.ts";
import { approvalId, cardId, RUN_CARD } from "./message-ids.ts";

/** Leads from messages to what they show, and back. */
export interface CardLinks {
  /**
   * The address of the card of a request, of the person's own copy if there is one; `null`: none stands in Slack.
   * Never rejects.
   */
  linkTo(view: CardOwner, request: RequestView, person: string): Promise<string | null>;
  /** What the message at a place shows; `null`: it is no card of ours, or Slack does not say. Never rejects. */
  cardAt(channel: string, ts: string): Promise<ShownCard | null>;
  /** The runs whose cards stand in a thread, its root included; oldest first. Throws what the Web API client throws. */
  runsIn(channel: string, threadTs: string): Promise<readonly string[]>;
}

type CardOwner = Pick<ExecutionView, "executionId">;

/** A message that is a card, by its metadata. */
export interface ShownCard {
  readonly executionId: string;
  /** Within the execution: `run`, `approval:…`. */
  readonly messageId: string;
}

export function createCardLinks(client: WebClient, cards: CardStore): CardLinks {
  return {
    linkTo: async (view, request, person) => {
      try {
        const id = cardId(view.executionId, approvalId(view, request));
        const records = await cards.list(view.executionId);
        const isPosted = (record: CardRecord): boolean => record.ts !== null;
        const card =
          records.find((record) => record.id === `${id}:${person}` && isPosted(record)) ??
          records.find((record) => record.id === id && isPosted(record));
        if (!card || card.ts === null) return null;
        const answer = await client.chat.getPermalink({
          channel: card.channel,
          message_ts: card.ts,
        });
        return answer.permalink ?? null;
      } catch {
        return null;
      }
    },
    cardAt: async (channel, ts) => {
      try {
        return await readCard(client, channel, ts);
      } catch {
        return null;
      }
    },
    runsIn: async (channel, threadTs) => {
      const runs = new Set<string>();
      await findReply(client, { channel, threadTs }, (message) => {
        const card = cardOf(message);
        if (card?.messageId === RUN_CARD) runs.add(card.executionId);
        return false;
      });
      return [...runs];
    },
  };
}

async function readCard(client: WebClient, channel: string, ts: string): Promise<ShownCard | null> {
  return cardOf(await findByTs(client, channel, ts));
}

/** What a message shows, by its metadata, whichever app wrote it; `null`: it is no card. */
export function cardOf(message: unknown): ShownCard | null {
  const metadata = readOwn(message, "metadata");
  const id = readOwn(readOwn(metadata, "event_payload"), "card");
  if (readOwn(metadata, "event_type") !== CARD_METADATA || typeof id !== "string") return null;
  if (isDigestCard(id)) return null;
  const end = id.indexOf(":");
  return end < 0 ? null : { executionId: id.slice(0, end), messageId: id.slice(end + 1) };
}
