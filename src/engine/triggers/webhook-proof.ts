import { SCHEMES } from "./signatures/index.ts";
import type { ProofHead, ProofRequest } from "./signatures/scheme.ts";
import type { SignatureOptions } from "./types/webhook-signature.ts";

/**
 * Whether the head of a request can hold a proof at all: it is there, and what it says of the time is not too far from now.
 *
 * @param now - milliseconds since 1970.
 * @returns what is wrong, for the caller; `null`: the rest is to be compared.
 */
export function whyNoProof(head: ProofHead, options: SignatureOptions, now: number): string | null {
  return SCHEMES[options.scheme].missing(head, options, now);
}

/**
 * The secret that a request proves its sender to know; `undefined`: none of them. While one takes the place of another, both count.
 * Every comparison takes constant time.
 */
export function provenSecret(
  request: ProofRequest,
  secrets: readonly string[],
  options: SignatureOptions,
): string | undefined {
  const { proves } = SCHEMES[options.scheme];
  // Each is compared, so that the time does not say which one it was.
  return secrets.filter((secret) => proves(request, secret, options))[0];
}
