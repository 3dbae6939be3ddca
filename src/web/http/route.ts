import type { JsonObject } from "../../shared/json.ts";
import type { Html } from "../pages/html.ts";
import type { WebRequest } from "./web-request.ts";

/** What a route returns; errors are thrown. */
export type RouteResponse =
  | JsonResponse
  | PageResponse
  | TextResponse
  | BytesResponse
  | StreamResponse;

interface ResponseHead {
  /** @default 200 */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Data for programs. */
export interface JsonResponse extends ResponseHead {
  readonly body: JsonObject | object;
}

/** A page for a browser; its route sets what it may load (`Content-Security-Policy`). */
export interface PageResponse extends ResponseHead {
  readonly page: Html;
}

/** Text of another media type. */
export interface TextResponse extends ResponseHead {
  readonly text: string;
  readonly contentType: string;
}

/** Bytes as they are. */
export interface BytesResponse extends ResponseHead {
  readonly bytes: Uint8Array;
  readonly contentType: string;
}

/** Text that is sent part by part, because all of it may be too much for the memory. */
export interface StreamResponse extends ResponseHead {
  readonly parts: AsyncIterable<string>;
  readonly contentType: string;
}

export type Method = "GET" | "POST";

/** One method of one path. */
export interface Route {
  readonly method: Method;
  /**
   * `/api/workflows/:id`: a segment with a colon matches any text, a final `*` one or more
   * segments.
   */
  readonly path: string;
  /** `true`: open to every caller, without token and rate limit. */
  readonly open?: boolean;
  /** `true`: the route authenticates its callers itself, and calls `admit` for them. */
  readonly checksCallers?: boolean;
  handle(request: WebRequest): Promise<RouteResponse>;
}
