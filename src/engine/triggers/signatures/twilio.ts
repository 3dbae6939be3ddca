import { createHmac } from "node:crypto";
import { sha256 } from "../../../shared/hash.ts";
import { isSame } from "./hmac-scheme.ts";
import { decodeStrictly, type ProofRequest, type Scheme } from "./scheme.ts";

/**
 * Twilio signs the address that it was given and, of a form, its fields in order; of another body the address names its hash
 * (https://www.twilio.com/docs/usage/webhooks/webhooks-security). Behind a proxy the bot does not see that address, so the options name
 * it: what stands before `/webhooks/`.
 */
export const twilio: Scheme = {
  missing: ({ headers }) =>
    headers["x-twilio-signature"] === undefined
      ? "The header X-Twilio-Signature with the signature is missing."
      : null,
  proves(request, secret, { address = "" }) {
    const signature = decodeStrictly(request.headers["x-twilio-signature"] ?? "", "base64");
    if (signature === null || !isBodySigned(request)) return false;
    return addressesOf(request, address).some((url) => {
      const expected = createHmac("sha1", secret)
        .update(`${url}${fieldsOf(request)}`)
        .digest();
      return isSame(signature, expected);
    });
  },
};

const bodyHashOf = ({ query }: ProofRequest): string | null =>
  new URLSearchParams(query).get("bodySHA256");

/** A body that is no form is signed by its hash in the query alone. */
function isBodySigned(request: ProofRequest): boolean {
  const hash = bodyHashOf(request);
  if (hash === null) return isForm(request) || request.body.length === 0;
  const given = decodeStrictly(hash, "hex");
  return given !== null && isSame(given, sha256(request.body));
}

function isForm({ headers }: ProofRequest): boolean {
  return /^application\/x-www-form-urlencoded\b/i.test(headers["content-type"]?.trim() ?? "");
}

/** Names and values one after the other, in order of the names, each value of a name once. */
function fieldsOf(request: ProofRequest): string {
  if (bodyHashOf(request) !== null || !isForm(request)) return "";
  const fields = new URLSearchParams(Buffer.from(request.body).toString("utf8"));
  const pairs = [...new Set(fields.keys())]
    .toSorted()
    .flatMap((name) => [...new Set(fields.getAll(name))].toSorted().map((value) => name + value));
  return pairs.join("");
}

/** With the port that its protocol has, and without one: Twilio signs either, as its own libraries compare both. Path and query are signed as they are sent. */
function addressesOf({ path, query }: ProofRequest, address: string): readonly string[] {
  const url = URL.parse(address);
  if (url === null) return [];
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  const rest = `${url.pathname.replace(/\/$/, "")}${path}${query === "" ? "" : `?${query}`}`;
  return [
    `${url.protocol}//${url.hostname}${rest}`,
    `${url.protocol}//${url.hostname}:${port}${rest}`,
  ];
}
