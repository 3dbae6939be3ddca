/** Codes of failures to connect: nothing was sent, so there is no effect. */
const NEVER_SENT = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EADDRNOTAVAIL",
  "UND_ERR_CONNECT_TIMEOUT",
]);

const MAX_CAUSES = 5;

/** The system's code of a network error, found in its chain of causes; `null` if there is none. */
export function networkCode(error: unknown): string | null {
  let cause = error;
  for (let depth = 0; cause instanceof Error && depth < MAX_CAUSES; depth += 1) {
    const code: unknown = Reflect.get(cause, "code");
    if (typeof code === "string") return code;
    cause = cause.cause;
  }
  return null;
}

/** Whether a network error with this code means that nothing was sent. */
export function isNeverSent(code: string): boolean {
  return NEVER_SENT.has(code);
}

/** Longest wait that a server can demand, in milliseconds: a day. */
const MAX_RETRY_AFTER_MS = 86_400_000;

/**
 * Reads a `Retry-After` header: seconds, or a date.
 *
 * @returns milliseconds from `now` on, from 0 to a day; `null` for no header or an unreadable one.
 */
export function parseRetryAfter(header: string | null | undefined, now: number): number | null {
  const text = header?.trim() ?? "";
  if (text === "") return null;
  const ms = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(Math.round(ms), 0), MAX_RETRY_AFTER_MS) : null;
}
