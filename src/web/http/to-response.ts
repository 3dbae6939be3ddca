import type { ServerResponse } from "node:http";
import type { RouteResponse } from "./response.ts";

/** Default headers of every response: not cached, and not readable by pages of other origins. */
export const SECURITY_HEADERS = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
} as const;

/** A caller that takes nothing of its response for so long is cut off. */
const STALLED_MS = 30_000;

/** Statuses of responses that have no body (https://fetch.spec.whatwg.org/#null-body-status). */
const BODILESS = new Set([204, 205, 304]);

/**
 * What a route returned as a response of the web's.
 *
 * @param outgoing - what it will be sent with.
 * @param onBroken - called with why the rest of a response that is sent in parts could not be read.
 */
export function toResponse(
  content: RouteResponse,
  outgoing: ServerResponse,
  onBroken: (cause: unknown) => void = () => undefined,
): Response {
  outgoing.setTimeout(STALLED_MS);
  const { status = 200 } = content;
  if (BODILESS.has(status)) return new Response(null, { status, headers: headersOf(content) });
  const [type, data] = encode(content, (cause) => {
    onBroken(cause);
    outgoing.destroy();
  });
  const headers = headersOf(content);
  headers.set("Content-Type", type);
  // For HEAD, whose response has no body to be measured.
  if (!(data instanceof ReadableStream))
    headers.set("Content-Length", String(Buffer.byteLength(data)));
  return new Response(data, { status, headers });
}

function headersOf({ headers: own, cookies = [] }: RouteResponse): Headers {
  const headers = new Headers({ ...SECURITY_HEADERS, ...own });
  for (const cookie of cookies) headers.append("Set-Cookie", cookie);
  return headers;
}

/** The answer to `OPTIONS`: the allowed methods, without CORS headers. */
export function allowing(methods: string): Response {
  return new Response(null, { status: 204, headers: { ...SECURITY_HEADERS, Allow: methods } });
}

/** Media type and content of a response. */
function encode(
  content: RouteResponse,
  onBroken: (cause: unknown) => void,
): readonly [string, string | Uint8Array<ArrayBuffer> | ReadableStream] {
  if ("parts" in content) {
    const bytes = ReadableStream.from(wholeOrCut(content.parts, onBroken));
    return [content.contentType, bytes];
  }
  if ("bytes" in content) return [content.contentType, new Uint8Array(content.bytes)];
  if ("text" in content) return [content.contentType, content.text];
  if ("page" in content) return ["text/html; charset=utf-8", content.page.text];
  return ["application/json; charset=utf-8", `${JSON.stringify(content.body)}\n`];
}

/**
 * A part that cannot be read ends the connection: what was sent must not look whole.
 *
 * @yields {Uint8Array} each part.
 */
async function* wholeOrCut(
  parts: AsyncIterable<string>,
  onBroken: (cause: unknown) => void,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const part of parts) yield Buffer.from(part);
  } catch (cause) {
    onBroken(cause);
  }
}
