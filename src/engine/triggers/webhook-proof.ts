import { createHmac, timingSafeEqual } from "node:crypto";
import { formatDuration } from "../../shared/duration.ts";
import { sha256 } from "../../shared/hash.ts";
import type { WebhookHead } from "../api/triggers.ts";
import type { SignatureOptions, SignatureScheme } from "./types/webhook-signature.ts";

/*
 * How callers of webhooks prove that they know a secret. Each scheme is a row of a table: where its proof stands, and what is compared.
 */

/** Headers by lower-case name. */
type Headers = WebhookHead["headers"];

/** A proof by the secret itself. */
interface TokenScheme {
  readonly header: string;
  /** What a request shows of the secret; `undefined`: the header has another form. */
  readonly shown: (value: string) => string | undefined;
}

/** A proof by an HMAC under the secret. */
interface HmacScheme {
  /** Where the signature stands: the first of them that is there. */
  readonly headers: readonly string[];
  readonly hash: "sha1" | "sha256" | "sha512";
  readonly encoding: "hex" | "base64";
  /** The signatures of a header; one that fits is enough. */
  readonly signatures: (value: string) => readonly string[];
  /** When it was signed, in seconds since 1970, as it stands there. @default the scheme signs no time */
  readonly time?: (headers: Headers, value: string) => string | undefined;
  /** What is signed before the body. @default nothing */
  readonly before?: (headers: Headers, time: string) => string;
  /** The keys that the secret may stand for. @default its own bytes */
  readonly keys?: (secret: string) => readonly Buffer[];
}

/**
 * How far the signed time may be from now, in milliseconds, unless the options say otherwise: what Slack and Stripe recommend in the
 * documents that are named below.
 */
const WINDOW_MS = 5 * 60_000;

const bearer: TokenScheme = {
  header: "authorization",
  shown: (value) => /^Bearer +(\S+) *$/i.exec(value)?.[1],
};

const tokens: { readonly [Scheme in SignatureScheme]?: TokenScheme } = {
  bearer,
  // https://www.rfc-editor.org/rfc/rfc7617: the secret is `user:password`.
  basic: {
    header: "authorization",
    shown: (value) => {
      const encoded = /^Basic +(\S+) *$/i.exec(value)?.[1] ?? "";
      return decode(encoded, "base64")?.toString("utf8");
    },
  },
  // https://docs.gitlab.com/user/project/integrations/webhooks/
  gitlab: { header: "x-gitlab-token", shown: (value) => value.trim() },
  header: { header: "x-api-key", shown: (value) => value.trim() },
};

/** With or without the name of the hash before it, as senders differ. */
const one = (value: string): readonly string[] => [value.trim().replace(/^(?:sha\d+|hmac)=/i, "")];

/** `t=1614265330,v1=5257a8…,v1=…` as pairs. */
const pairs = (value: string): readonly (readonly [string, string])[] =>
  value.split(",").map((part) => {
    const [name = "", ...rest] = part.trim().split("=");
    return [name, rest.join("=")];
  });

const plain: HmacScheme = {
  headers: ["x-hub-signature-256", "x-signature"],
  hash: "sha256",
  encoding: "hex",
  signatures: one,
};

const signatureSchemes: { readonly [Scheme in SignatureScheme]?: HmacScheme } = {
  hmac: plain,
  // https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
  github: { ...plain, headers: ["x-hub-signature-256"] },
  // https://shopify.dev/docs/apps/build/webhooks/subscribe/https
  shopify: { ...plain, headers: ["x-shopify-hmac-sha256"], encoding: "base64" },
  // https://docs.slack.dev/authentication/verifying-requests-from-slack
  slack: {
    ...plain,
    headers: ["x-slack-signature"],
    signatures: (value) => (value.startsWith("v0=") ? [value.slice(3)] : []),
    time: (headers) => headers["x-slack-request-timestamp"],
    before: (_headers, time) => `v0:${time}:`,
  },
  // https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md; the names that Svix uses came before it.
  standard: {
    ...plain,
    headers: ["webhook-signature", "svix-signature"],
    encoding: "base64",
    signatures: (value) =>
      value.split(" ").flatMap((part) => (part.startsWith("v1,") ? [part.slice(3)] : [])),
    time: (headers) => headers["webhook-timestamp"] ?? headers["svix-timestamp"],
    before: (headers, time) => `${headers["webhook-id"] ?? headers["svix-id"] ?? ""}.${time}.`,
    keys: (secret) => {
      const decoded = decode(secret.replace(/^whsec_/, ""), "base64");
      return decoded === null ? [Buffer.from(secret)] : [decoded, Buffer.from(secret)];
    },
  },
  // https://docs.stripe.com/webhooks/signature: the secret is used as it stands, `whsec_` included.
  stripe: {
    ...plain,
    headers: ["stripe-signature"],
    signatures: (value) => pairs(value).flatMap(([name, text]) => (name === "v1" ? [text] : [])),
    time: (_headers, value) => pairs(value).find(([name]) => name === "t")?.[1],
    before: (_headers, time) => `${time}.`,
  },
};

/** Several ways, each of which is enough. */
function waysOf({ scheme, header, hash, encoding }: SignatureOptions): {
  readonly tokens: readonly TokenScheme[];
  readonly signatureSchemes: readonly HmacScheme[];
} {
  if (scheme === "any") return { tokens: [bearer], signatureSchemes: [plain] };
  const token = tokens[scheme];
  const hmac = signatureSchemes[scheme];
  return {
    tokens: token === undefined ? [] : [{ ...token, ...(header !== undefined && { header }) }],
    signatureSchemes:
      hmac === undefined
        ? []
        : [
            {
              ...hmac,
              ...(header !== undefined && { headers: [header] }),
              ...(hash !== undefined && { hash }),
              ...(encoding !== undefined && { encoding }),
            },
          ],
  };
}

/**
 * Whether the head of a request can hold a proof at all: it is there, and what it says of the time is not too far from now.
 *
 * @param now - milliseconds since 1970.
 * @returns what is wrong, for the caller; `null`: the rest is to be compared.
 */
export function whyNoProof(
  headers: Headers,
  options: SignatureOptions,
  now: number,
): string | null {
  const ways = waysOf(options);
  if (ways.tokens.some((token) => shownIn(headers, token) !== undefined)) return null;
  const reasons = ways.signatureSchemes.map((hmac) => whyNoSignature(headers, hmac, options, now));
  if (reasons.includes(null)) return null;
  const [token] = ways.tokens.map(({ header }) => `The header ${nameOf(header)} with the secret`);
  const [why] = reasons;
  if (why === undefined || why === null) return `${token ?? "The secret"} is missing.`;
  return token === undefined ? why : `${why} ${token} is missing, too; one of them is enough.`;
}

function whyNoSignature(
  headers: Headers,
  hmac: HmacScheme,
  { window = WINDOW_MS }: SignatureOptions,
  now: number,
): string | null {
  const value = signatureHeader(headers, hmac);
  if (value === undefined || hmac.signatures(value).length === 0)
    return `The header ${hmac.headers.map(nameOf).join(" or ")} with the signature is missing.`;
  if (hmac.time === undefined) return null;
  const time = hmac.time(headers, value) ?? "";
  if (!/^\d{1,12}$/.test(time)) return "The time that belongs to the signature is missing.";
  const distance = now - Number(time) * 1000;
  if (Math.abs(distance) <= window) return null;
  return `The request was signed ${formatDuration(Math.abs(distance))} ${distance > 0 ? "ago" : "ahead"}; at most ${formatDuration(window)} are allowed. A request that was recorded cannot be sent again; if this one was not, the clocks differ.`;
}

/** Whether a request proves that its sender knows the secret. Every comparison takes constant time. */
export function provesSecret(
  request: { readonly headers: Headers; readonly body: Uint8Array },
  secret: string,
  options: SignatureOptions,
): boolean {
  const ways = waysOf(options);
  return (
    ways.tokens.some((token) => showsSecret(request.headers, secret, token)) ||
    ways.signatureSchemes.some((hmac) => fits(request, secret, hmac))
  );
}

function showsSecret(headers: Headers, secret: string, token: TokenScheme): boolean {
  const shown = shownIn(headers, token);
  // Comparing digests takes the same time for every token, whatever its length.
  return shown !== undefined && timingSafeEqual(sha256(shown), sha256(secret));
}

function shownIn(headers: Headers, { header, shown }: TokenScheme): string | undefined {
  const value = headers[header];
  return value === undefined ? undefined : shown(value);
}

function fits(
  { headers, body }: { readonly headers: Headers; readonly body: Uint8Array },
  secret: string,
  hmac: HmacScheme,
): boolean {
  const value = signatureHeader(headers, hmac);
  if (value === undefined) return false;
  const before = hmac.before?.(headers, hmac.time?.(headers, value) ?? "") ?? "";
  const given = hmac.signatures(value).map((text) => decode(text, hmac.encoding));
  return (hmac.keys?.(secret) ?? [Buffer.from(secret)]).some((key) => {
    const expected = createHmac(hmac.hash, key).update(before).update(body).digest();
    return given.some(
      (signature) =>
        signature !== null &&
        signature.length === expected.length &&
        timingSafeEqual(signature, expected),
    );
  });
}

/** Strict, unlike `Buffer.from`: what is cut short or has more behind it is no signature. */
function decode(text: string, encoding: "hex" | "base64"): Buffer | null {
  const isWhole =
    encoding === "hex"
      ? /^(?:[\da-f]{2})+$/i.test(text)
      : text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
  return isWhole ? Buffer.from(text, encoding) : null;
}

function signatureHeader(headers: Headers, { headers: names }: HmacScheme): string | undefined {
  return names.map((name) => headers[name]).find((value) => value !== undefined);
}

/** `x-signature` as it is usually written: `X-Signature`. */
function nameOf(header: string): string {
  return header.replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase());
}
