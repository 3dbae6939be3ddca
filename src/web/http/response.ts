import type { JsonObject } from "../../shared/json.ts";
import type { Html } from "../pages/html.ts";

/** What a route returns; errors are thrown. */
export type RouteResponse = JsonResponse | MediaResponse;

export type MediaResponse = PageResponse | TextResponse | BytesResponse | StreamResponse;

interface ResponseHead {
  /** @default 200 */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Values of `Set-Cookie`. @default none */
  readonly cookies?: readonly string[];
}

/** Data for programs. */
export interface JsonResponse extends ResponseHead {
  readonly body: JsonObject | object;
}

/** A page for a browser; its route sets what it may load (`Content-Security-Policy`). */
interface PageResponse extends ResponseHead {
  readonly page: Html;
}

/** Text of another media type. */
interface TextResponse extends ResponseHead {
  readonly text: string;
  readonly contentType: string;
}

/** Bytes as they are. */
interface BytesResponse extends ResponseHead {
  readonly bytes: Uint8Array;
  readonly contentType: string;
}

/**
 * Text that is sent part by part, because all of it may be too much for the memory, or is not there yet. A response of which nothing is
 * sent for 30 seconds is cut off: what waits longer for its next part sends something in between.
 */
interface StreamResponse extends ResponseHead {
  readonly parts: AsyncIterable<string>;
  readonly contentType: string;
}
