import { createPublicKey, verify } from "node:crypto";
import { firstOf, hmacScheme } from "./hmac-scheme.ts";
import { decodeStrictly, type ProofRequest, type Scheme } from "./scheme.ts";

/** The names that Svix uses came before those of the specification. */
const SIGNATURE = ["webhook-signature", "svix-signature"];
const TIME = ["webhook-timestamp", "svix-timestamp"];
const ID = ["webhook-id", "svix-id"];

/** The signatures of one version: `v1,… v1,… v1a,…`. */
const ofVersion = (value: string, version: string): readonly string[] =>
  value
    .split(" ")
    .flatMap((part) => (part.startsWith(`${version},`) ? [part.slice(version.length + 1)] : []));

const before = (headers: ProofRequest["headers"], time: string): string =>
  `${firstOf(headers, ID) ?? ""}.${time}.`;

const symmetric = hmacScheme({
  headers: SIGNATURE,
  encoding: "base64",
  signatures: (value) => ofVersion(value, "v1"),
  time: (headers) => firstOf(headers, TIME),
  before,
  keys: (secret) => {
    const decoded = decodeStrictly(secret.replace(/^whsec_/, ""), "base64");
    return decoded === null ? [Buffer.from(secret)] : [decoded, Buffer.from(secret)];
  },
});

/** What is needed before the 32 bytes of an Ed25519 key to name it as one (https://www.rfc-editor.org/rfc/rfc8410). */
const ED25519 = Buffer.from("302a300506032b6570032100", "hex");

/** `v1a`: signed by a private key; what the workflow knows is the public one, `whpk_…`. */
function provesByKey({ headers, body }: ProofRequest, secret: string): boolean {
  const bytes = decodeStrictly(secret.slice("whpk_".length), "base64");
  if (bytes?.length !== 32) return false;
  const key = createPublicKey({
    key: Buffer.concat([ED25519, bytes]),
    format: "der",
    type: "spki",
  });
  const signed = Buffer.concat([Buffer.from(before(headers, firstOf(headers, TIME) ?? "")), body]);
  return ofVersion(firstOf(headers, SIGNATURE) ?? "", "v1a").some((text) => {
    const signature = decodeStrictly(text, "base64");
    return signature !== null && verify(null, signed, key, signature);
  });
}

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
export const standard: Scheme = {
  missing(head, options, now) {
    const value = firstOf(head.headers, SIGNATURE) ?? "";
    const isByKey = ofVersion(value, "v1a").length > 0 && ofVersion(value, "v1").length === 0;
    // The time is looked for in the same way; only the version differs.
    const headers = isByKey
      ? { ...head.headers, "webhook-signature": value.replaceAll("v1a,", "v1,") }
      : head.headers;
    return symmetric.missing({ ...head, headers }, options, now);
  },
  proves: (request, secret, options) =>
    secret.startsWith("whpk_")
      ? provesByKey(request, secret)
      : symmetric.proves(request, secret, options),
  // The id is signed with the time and the body.
  signedId: (headers) => firstOf(headers, ID) || undefined,
};
