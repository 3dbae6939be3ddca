import type { IncomingHttpHeaders } from "node:http";
import type { Session } from "../../engine/api/sessions.ts";
import type { Json } from "../../shared/json.ts";
import type { OpenStream } from "./open-streams.ts";
import type { RouteResponse } from "./response.ts";

/** What a route sees of a request. */
export interface WebRequest {
  /** Reference of the request, in the response header and in the log. */
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  /** As sent, without the query. */
  readonly path: string;
  /** The decoded segments that the route's path names. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The query as sent, without the question mark. */
  readonly search: string;
  /** Slack user id of the owner of the caller's token; `api`: the operator, or a caller of whom no token is asked. */
  readonly by: string;
  /** Of the console; `null`: the caller is not signed in by a cookie. */
  readonly session: Session | null;
  /**
   * Does the work of a request once, if it has an `Idempotency-Key` and its endpoint keeps answers; a repeat gets the first answer.
   *
   * @param asked - what the request says, checked.
   * @throws {AppError} `key_reused`, `request_under_way`.
   */
  once(asked: unknown, work: () => Promise<RouteResponse>): Promise<RouteResponse>;
  /** Only the head of the answer is asked for. */
  readonly isHead: boolean;
  /**
   * Takes one of the streams that a caller may have open at a time; it is given back when the connection closes.
   *
   * @throws {AppError} `rate_limited`.
   */
  openStream(): OpenStream;
  /** Whether the caller would still be served: for answers that last. @throws {AppError} `token_invalid`, `not_allowed`. */
  assertGood(): Promise<void>;
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
