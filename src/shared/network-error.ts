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
