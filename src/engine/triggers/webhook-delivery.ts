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
  /** The sender's own id; `null`: it gave none. */
  readonly id: string | null;
  /** Follows from all that the delivery says: its id, query, event and body. */
  readonly key: string;
}

/** Recognizes a delivery. What changes each time that it is sent, as the time of its signature, does not count. */
export function deliveryOf({ headers, query, body }: WebhookRequest): Delivery {
  const id = ID_HEADERS.map((name) => headers[name]).find(Boolean) ?? null;
  const events = Object.entries(headers)
    .filter(([name]) => EVENT_HEADER.test(name) || CLOUD_EVENT.has(name))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => [name, value]);
  return { id, key: hashJson([id, query, events, sha256(body).toString("hex")]) };
}
