import type { Scheme } from "./scheme.ts";

/** Several ways, each of which is enough. */
export function oneOf(...schemes: readonly Scheme[]): Scheme {
  return {
    missing(head, options, now) {
      const reasons = schemes.map((scheme) => scheme.missing(head, options, now));
      return reasons.includes(null) ? null : `${reasons.join(" ")} One of them is enough.`;
    },
    proves: (request, secret, options) =>
      schemes.some((scheme) => scheme.proves(request, secret, options)),
  };
}
