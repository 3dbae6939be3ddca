import type { IncomingHttpHeaders } from "node:http";
import type { z } from "zod";
import { AppError } from "../../shared/errors.ts";
import "../../shared/schema-words.ts";
import { formatPath } from "../../shared/format-path.ts";
import type { Json } from "../../shared/json.ts";

/** What a route sees of a request. */
export interface WebRequest {
  /** Reference of the request, in the response header and in the log. */
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  /** As sent, without the query. */
  readonly path: string;
  /** The caller is a program on this machine that acts for itself; see `isLocalCaller`. */
  readonly isLocal: boolean;
  /**
   * Counts the request against the limit of callers that have proven who they are, or of whom no proof is asked; local callers have none.
   * Called by routes that check their callers themselves.
   *
   * @param door - what the caller came through: the limits of different doors are apart.
   * @param isProven - the caller has proven who it is; if it is also on this machine, as it seems, it has no limit.
   * @throws {AppError} `rate_limited`.
   */
  admit(door: string, isProven: boolean): void;
  /** The decoded segments that the route's path names. */
  param(name: string): string;
  readonly query: URLSearchParams;
  /**
   * The body, unpacked by its `Content-Encoding`. Either this or `readJson` may be called, once.
   *
   * @param maxBytes - as it is sent and unpacked. @default 1 MB
   * @throws {AppError} `body_too_large`; `input_invalid` if it cannot be unpacked.
   */
  readBody(maxBytes?: number): Promise<Buffer>;
  /**
   * The body as JSON, in the charset of its `Content-Type`; `undefined` when it is empty.
   *
   * @throws {AppError} `json_malformed`, and as `readBody`.
   */
  readJson(): Promise<Json | undefined>;
}

/**
 * Validates input with a schema.
 *
 * @param what - the name of the input, for the message: `body`, `query`.
 * @throws {AppError} `input_invalid`, with every problem in `details.problems`.
 */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  what: string,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => ({
    path: formatPath(issue.path) || what,
    message: issue.message,
    fix: `Correct ${formatPath(issue.path) || `the ${what}`} and send the request again.`,
  }));
  const [first] = problems;
  throw new AppError({
    code: "input_invalid",
    message: `The ${what} is not right: ${first?.path ?? what}: ${first?.message ?? "unknown problem"}.`,
    details: { problems },
  });
}

/** The non-empty values of the query by name; the last one of a repeated name. */
export function queryObject(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...query].filter(([, value]) => value !== ""));
}
