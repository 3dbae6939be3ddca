import { toFields } from "../../shared/form-fields.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { WebhookHead } from "../api/triggers.ts";
import type { Trigger } from "../model/events.ts";
import type { SignatureOptions } from "./types/webhook-signature.ts";

/** Names of what proves something or gives access. */
const SECRET_NAME =
  /auth|cookie|signature|(?:^|[-_.])sig(?:$|[-_.])|secret|token|password|pwd|credential|session|jwt|hmac|(?:^|[-_.])hash$|api-?key|key$/i;
/** Names like those, of what says which delivery or event it is. */
const HARMLESS = new Set(["idempotency-key", "i-twilio-idempotency-token", "x-event-key"]);

/** How a request was sent, and not what it says. */
const OF_TRANSPORT = new Set([
  "accept-encoding",
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

function isShown(name: string): boolean {
  return HARMLESS.has(name) || !SECRET_NAME.test(name);
}

/**
 * What expressions can read of a request besides its body: headers, query and the parameters of its path. Headers and parameters
 * that prove who sends it, or whose names say that they are secret, are left out, for what a run begins with is kept and shown.
 */
export function contextOf(
  { headers, query }: Pick<WebhookHead, "headers" | "query">,
  params: Readonly<Record<string, string>>,
  { scheme, header, parameter = "key" }: SignatureOptions,
): Required<Pick<Trigger, "headers" | "query" | "params">> {
  const shown = Object.entries(headers).filter(
    ([name]) => isShown(name) && name !== header && !OF_TRANSPORT.has(name),
  );
  const pairs = [...new URLSearchParams(query)].filter(
    ([name]) => isShown(name) && !(scheme === "query" && name === parameter),
  );
  const fields: JsonObject = toFields(pairs);
  return { headers: Object.fromEntries(shown), query: fields, params };
}
