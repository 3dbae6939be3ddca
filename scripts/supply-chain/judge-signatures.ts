/** What `npm audit signatures` came to. */
export interface SignatureVerdict {
  /** `skipped`: the registry, or the way to it, does not offer what is needed to check. */
  readonly outcome: "verified" | "skipped" | "failed";
  /** One line for people. */
  readonly text: string;
}

/** Npm found a signature or an attestation that is not what it should be. */
const WRONG = /\b(?:invalid|tampered|does not match|mismatch)\b/i;
/** The keys, the signatures or the registry cannot be had. */
const NOT_OFFERED = [
  /\bcode E[A-Z\d_]+|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH/,
  /found no (?:dependencies|installed packages)|no dependencies to audit|missing registry signatures/i,
  /self.signed certificate|unable to get (?:local )?issuer|CERT_/i,
];

/**
 * Judges the answer of npm: only a signature that is wrong is a failure, since a mirror may carry no signatures and a closed network
 * no keys.
 *
 * @param code - the exit code; `null`: it took too long.
 */
export function judgeSignatures(code: number | null, output: string): SignatureVerdict {
  if (code === 0) {
    const count = /(\d+) packages? ha(?:s|ve) verified registry signatures/.exec(output)?.[0];
    return { outcome: "verified", text: count ?? "npm found nothing wrong" };
  }
  const line = output.split("\n").find((one) => WRONG.test(one));
  if (line !== undefined) return { outcome: "failed", text: line.trim() };
  if (code === null)
    return { outcome: "skipped", text: "the registry's keys did not come in time" };
  const reasons = output.split("\n").filter((one) => NOT_OFFERED.some((known) => known.test(one)));
  // The longest says most.
  const [reason] = reasons.toSorted((a, b) => b.length - a.length);
  if (reason !== undefined) return { outcome: "skipped", text: reason.trim() };
  const last = output.trim().split("\n").at(-1) ?? "";
  return { outcome: "failed", text: last === "" ? `npm ended with ${code}` : last };
}
