import { timingSafeEqual } from "node:crypto";
import { sha256 } from "../../../shared/hash.ts";
import type { SignatureOptions } from "../types/webhook-signature.ts";
import type { ProofHead, Scheme } from "./scheme.ts";

interface TokenParts {
  /** Where the secret stands, for people: `header X-API-Key`. */
  readonly place: (options: SignatureOptions) => string;
  /** What a request shows of the secret; `undefined`: nothing, or in another form. */
  readonly shown: (head: ProofHead, options: SignatureOptions) => string | undefined;
}

/** A proof by the secret itself. */
export function tokenScheme({ place, shown }: TokenParts): Scheme {
  return {
    missing: (head, options) =>
      shown(head, options) === undefined
        ? `The ${place(options)} with the secret is missing.`
        : null,
    proves(head, secret, options) {
      const value = shown(head, options);
      // Comparing digests takes the same time for every token, whatever its length.
      return value !== undefined && timingSafeEqual(sha256(value), sha256(secret));
    },
  };
}
