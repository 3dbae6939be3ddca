import { certificateProblem } from "../../shared/certificate-error.ts";
import { AppError } from "../../shared/errors.ts";
import { isNeverSent, networkCode, parseRetryAfter } from "../../shared/network-error.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";

/** Codes of OpenSSL and Node for a refused certificate. */
const CERTIFICATE =
  /^(?:CERT_|ERR_TLS_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO$)/;

/** Transient statuses. */
const RETRYABLE = new Set([408, 425, 429]);

/**
 * What an error may say about a request: of its URL only the host, since the rest may hold secrets.
 */
export interface FailedRequest {
  readonly host: string;
  readonly method: string;
  readonly timeoutMs: number;
  /** The step's time limit ended the request. */
  readonly timedOut: boolean;
}

/**
 * Turns what the HTTP client threw into an error that says whether the request may have had an
 * effect.
 */
export function toHttpError(error: unknown, request: FailedRequest): AppError {
  const { host, method, timeoutMs, timedOut } = request;
  const fail = (what: string, more: Partial<AppError> = {}): AppError =>
    new AppError({
      code: "service_unavailable",
      message: `${host} ${what}`,
      retryable: more.retryable ?? true,
      outcomeUnknown: more.outcomeUnknown ?? false,
      cause: error,
    });
  // A method that only reads has no effect that could be unknown.
  const outcomeUnknown = !["GET", "HEAD", "OPTIONS"].includes(method);
  if (timedOut) return fail(`did not answer within ${timeoutMs} ms.`, { outcomeUnknown });
  const code = networkCode(error);
  if (code === null) return fail("broke the connection off.", { outcomeUnknown });
  if (isNeverSent(code)) return fail(`cannot be reached (${code}). Check the address.`);
  const problem = certificateProblem(code, error);
  if (problem !== null || CERTIFICATE.test(code)) {
    return new AppError({
      code: "service_rejected",
      message:
        problem === null
          ? `${host} gave no encrypted connection that can be trusted (${code}).`
          : `The certificate of ${host} is not trusted: ${problem}. Nothing was sent. Its operator renews or corrects it; the operator of the bot makes an authority of one's own known to Node by NODE_EXTRA_CA_CERTS.`,
      cause: error,
    });
  }
  return fail(`broke the connection off (${code}).`, { outcomeUnknown });
}

/** The error for an unexpected status. */
export function toStatusError(
  status: number,
  host: string,
  retryAfter: string | undefined,
  excerpt: string,
): AppError {
  const said = excerpt === "" ? "" : `: ${excerpt}`;
  const retryable = RETRYABLE.has(status) || status >= 500;
  const retryAfterMs = retryable ? parseRetryAfter(retryAfter, Date.now()) : null;
  return new AppError({
    code: retryable ? "service_unavailable" : "service_rejected",
    message: retryable
      ? `${host} answered with status ${status}${said}`
      : `${host} refused the request with status ${status}${said}. Correct the request, or list the status in "expectStatus" if it is meant.`,
    retryable,
    details: { answered: status < 500 },
    ...omitUndefined({ retryAfterMs: retryAfterMs ?? undefined }),
  });
}
