import { readOwn } from "./json.ts";

/** What a certificate lacks, by the codes of OpenSSL and Node (https://nodejs.org/api/tls.html#x509-certificate-error-codes). */
const PROBLEMS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "it has expired",
  CERT_NOT_YET_VALID: "it is not valid yet, by the clock of this machine",
  CERT_REVOKED: "it was revoked",
  CERT_UNTRUSTED: "it is of an authority that is not trusted for this",
  DEPTH_ZERO_SELF_SIGNED_CERT: "it is signed by itself, not by an authority",
  ERR_TLS_CERT_ALTNAME_INVALID: "it is for another name",
  HOSTNAME_MISMATCH: "it is for another name",
  INVALID_PURPOSE: "it is not meant for servers",
  SELF_SIGNED_CERT_IN_CHAIN: "it is of an authority that this machine does not know",
  UNABLE_TO_GET_ISSUER_CERT: "the certificate of its authority is missing",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "it is of an authority that this machine does not know",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    "it is of an authority that this machine does not know, or the server leaves certificates between out",
};

/** Names of a certificate that are shown. */
const MAX_NAMES = 3;

/**
 * Why a server's certificate was not accepted, as the end of a sentence, with the code: for what to search in manuals.
 *
 * @param code - of the error.
 * @returns `null` for a code that is not about a certificate.
 */
export function certificateProblem(code: string, error: unknown): string | null {
  const known = Object.hasOwn(PROBLEMS, code) ? PROBLEMS[code] : undefined;
  if (known === undefined && !code.startsWith("CERT_")) return null;
  const cert = readOwn(error, "cert") ?? readOwn(readOwn(error, "cause"), "cert");
  const names = readOwn(cert, "subjectaltname");
  const shown =
    typeof names === "string" && known?.endsWith("another name")
      ? `: ${names
          .replaceAll(/[^\x21-\x7E ]/g, "")
          .split(", ")
          .slice(0, MAX_NAMES)
          .join(", ")
          .slice(0, 200)}`
      : "";
  return known === undefined ? `it was not accepted (${code})` : `${known}${shown} (${code})`;
}
