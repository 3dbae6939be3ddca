import type { IncomingHttpHeaders } from "node:http";
import { parseAccept } from "hono/utils/accept";
import { AppError } from "../../shared/errors.ts";

const MAX_KEY_LENGTH = 255;

/**
 * The `Idempotency-Key` of a request; `null` without one.
 *
 * @throws {AppError} `input_invalid` when it is empty, too long or given twice.
 */
export function readIdempotencyKey(headers: IncomingHttpHeaders): string | null {
  const value = headers["idempotency-key"];
  if (value === undefined) return null;
  const key = String(value).trim();
  // Node joins a header that comes twice with a comma and a blank.
  if (key !== "" && key.length <= MAX_KEY_LENGTH && !key.includes(", ")) return key;
  throw new AppError({
    code: "input_invalid",
    message: `Idempotency-Key must come once, with 1 to ${MAX_KEY_LENGTH} characters and no comma followed by a blank.`,
  });
}

/** What a `traceparent` header may look like (https://www.w3.org/TR/trace-context/#traceparent-header). */
const TRACE_PARENT = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/;

/** The `traceparent` of a request; `null` without one, or if it is none: callers who trace nothing are served all the same. */
export function readTraceParent(headers: IncomingHttpHeaders): string | null {
  const value = headers["traceparent"];
  return typeof value === "string" && TRACE_PARENT.test(value) ? value : null;
}

/**
 * Whether to respond with JSON on a path that also has a page: only if `Accept` names
 * `application/json`, ranked no lower than HTML. A browser names HTML; `curl` accepts anything.
 *
 * @param accept - the header as received.
 */
export function prefersJson(accept = ""): boolean {
  const ranges = parseAccept(accept);
  const qualityOf = (type: string): number =>
    ranges.find((range) => range.type.toLowerCase() === type)?.q ?? 0;
  const json = qualityOf("application/json");
  return json > 0 && json >= qualityOf("text/html");
}
