import { createHmac, timingSafeEqual } from "node:crypto";
import { formatDuration } from "../../../shared/duration.ts";
import type { SignatureOptions } from "../types/webhook-signature.ts";
import {
  decodeStrictly,
  headerName,
  type ProofHead,
  type ProofRequest,
  type Scheme,
} from "./scheme.ts";

type Headers = ProofHead["headers"];

interface HmacParts {
  /** Where the signature stands: the first of them that is there. */
  readonly headers: readonly string[];
  /** @default sha256 */
  readonly hash?: "sha1" | "sha256" | "sha512";
  /** @default hex */
  readonly encoding?: "hex" | "base64";
  /** The signatures of a header; one that fits is enough. @default one, with the name of the hash before it or not */
  readonly signatures?: (value: string) => readonly string[];
  /** When it was signed, in seconds since 1970, as it stands there. @default the scheme signs no time */
  readonly time?: (headers: Headers, value: string) => string | undefined;
  /** What is signed before the body. @default nothing */
  readonly before?: (headers: Headers, time: string) => string;
  /** The keys that the secret may stand for. @default its own bytes */
  readonly keys?: (secret: string) => readonly Buffer[];
}

/**
 * How far the signed time may be from now, in milliseconds, unless the options say otherwise: what Slack and Stripe recommend
 * (https://docs.slack.dev/authentication/verifying-requests-from-slack, https://docs.stripe.com/webhooks/signature).
 */
const WINDOW_MS = 5 * 60_000;

/** With or without the name of the hash before it, as senders differ. */
const one = (value: string): readonly string[] => [value.trim().replace(/^(?:sha\d+|hmac)=/i, "")];

/** A proof by an HMAC of the body under the secret. The options may name another header, hash and encoding. */
export function hmacScheme(parts: HmacParts): Scheme {
  const { signatures = one } = parts;
  const namesOf = ({ header }: SignatureOptions) =>
    header === undefined ? parts.headers : [header];
  return {
    missing({ headers }, options, now) {
      const names = namesOf(options);
      const value = firstOf(headers, names);
      if (value === undefined || signatures(value).length === 0)
        return `The header ${names.map(headerName).join(" or ")} with the signature is missing.`;
      const time = parts.time?.(headers, value);
      return parts.time === undefined ? null : farFromNow(time, options, now);
    },
    proves(request, secret, options) {
      const value = firstOf(request.headers, namesOf(options));
      if (value === undefined) return false;
      const given = signatures(value).map((text) =>
        decodeStrictly(text, options.encoding ?? parts.encoding ?? "hex"),
      );
      const keys = parts.keys?.(secret) ?? [Buffer.from(secret)];
      const hash = options.hash ?? parts.hash ?? "sha256";
      return keys.some((key) => {
        const expected = createHmac(hash, key)
          .update(signedBefore(parts, request, value))
          .update(request.body)
          .digest();
        return given.some((signature) => signature !== null && isSame(signature, expected));
      });
    },
  };
}

function signedBefore(parts: HmacParts, { headers }: ProofRequest, value: string): string {
  return parts.before?.(headers, parts.time?.(headers, value) ?? "") ?? "";
}

/** Why the time of a signature is none, or too far away. @param time - in seconds since 1970. */
function farFromNow(
  time: string | undefined,
  { window = WINDOW_MS }: SignatureOptions,
  now: number,
): string | null {
  if (time === undefined || !/^\d{1,12}$/.test(time))
    return "The time that belongs to the signature is missing.";
  const distance = now - Number(time) * 1000;
  if (Math.abs(distance) <= window) return null;
  return `The request was signed ${formatDuration(Math.abs(distance))} ${distance > 0 ? "ago" : "ahead"}; at most ${formatDuration(window)} are allowed. A request that was recorded cannot be sent again; if this one was not, the clocks differ.`;
}

/** Whether two signatures are equal, in a time that does not depend on where they differ. */
export function isSame(signature: Buffer, expected: Buffer): boolean {
  return signature.length === expected.length && timingSafeEqual(signature, expected);
}

/** The first of several headers that is there. */
export function firstOf(headers: Headers, names: readonly string[]): string | undefined {
  return names.map((name) => headers[name]).find((value) => value !== undefined);
}
