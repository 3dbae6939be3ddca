import { readOwn } from "../../../shared/json.ts";
import { hmacScheme } from "./hmac-scheme.ts";
import { textOf } from "./version-zero.ts";

/** `t=1614265330,v1=5257a8…,v1=…` as pairs. */
const pairs = (value: string): readonly (readonly [string, string])[] =>
  value.split(",").map((part) => {
    const [name = "", ...rest] = part.trim().split("=");
    return [name, rest.join("=")];
  });

/** https://docs.stripe.com/webhooks/signature: the secret is used as it stands, `whsec_` included. */
export const stripe = {
  ...hmacScheme({
    headers: ["stripe-signature"],
    signatures: (value) => pairs(value).flatMap(([name, text]) => (name === "v1" ? [text] : [])),
    time: (_headers, value) => pairs(value).find(([name]) => name === "t")?.[1],
    before: (_headers, time) => `${time}.`,
  }),
  // https://docs.stripe.com/webhooks#handle-duplicate-events: known by the event's id; `pending_webhooks` may differ when it comes again.
  signedId: (_headers: unknown, body: unknown) => textOf(readOwn(body, "id")),
};
