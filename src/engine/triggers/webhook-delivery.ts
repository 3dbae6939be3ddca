import { sha256 } from "../../shared/hash.ts";
import { hashJson } from "../../shared/json.ts";
import type { WebhookRequest } from "../api/triggers.ts";

/** Headers in which senders give a delivery its id, equal each time that they send it. */
const ID_HEADERS = [
  "idempotency-key",
  "i-twilio-idempotency-token",
  "webhook-id",
  "svix-id",
  "x-github-delivery",
  "x-gitea-delivery",
  "x-forgejo-delivery",
  "x-gogs-delivery",
  "x-delivery-id",
  "x-shopify-event-id",
  "x-shopify-webhook-id",
  "x-atlassian-webhook-identifier",
  "x-request-uuid",
  "linear-delivery",
  "x-amz-sns-message-id",
  "x-zendesk-webhook-invocation-id",
  "x-goog-message-number",
  "ce-id",
] as const;

/** Names of headers that say what happened, where the body does not: `X-GitHub-Event`, `X-Shopify-Topic`, `X-Goog-Resource-State`, `Ce-Type`. */
const EVENT_HEADER =
  /(?:^|-)(?:event|event-key|event-type|event-name|topic|action|resource|resource-state|resource-id|channel-id|hook-resource|message-type)$/;
const CLOUD_EVENT = new Set(["ce-type", "ce-source", "ce-subject"]);

/** What a delivery is recognized by. */
export interface Delivery {
  /** The sender's own id, if another content may come under it; `null`: it gave none, or none can. */
  readonly id: string | null;
  /** Follows from what counts of the delivery. */
  readonly key: string;
}

/**
 * Recognizes a delivery by all that it says: its id, query, event and body. What changes each time that it is sent, as the time of
 * its signature, does not count.
 */
export function deliveryOf(
  { headers, query, body }: WebhookRequest,
  params: Readonly<Record<string, string>>,
): Delivery {
  const id = ID_HEADERS.map((name) => headers[name]).find(Boolean) ?? null;
  const events = Object.entries(headers)
    .filter(([name]) => EVENT_HEADER.test(name) || CLOUD_EVENT.has(name))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => [name, value]);
  // However it is escaped, the same query says the same.
  const asked = new URLSearchParams(query).toString();
  const content = [id, asked, events, sha256(body).toString("hex")];
  const isFixed = Object.keys(params).length === 0;
  return { id, key: hashJson(isFixed ? content : [...content, params]) };
}

/**
 * Recognizes a delivery by one id alone.
 *
 * @param by - what the id is of: the name of a scheme that signs it, or an expression.
 */
export function deliveryById(by: string, id: string): Delivery {
  return { id: null, key: hashJson([by, id]) };
}
