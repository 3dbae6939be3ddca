import type { ServerResponse } from "node:http";
import { type Duplex, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { RouteResponse, StreamResponse } from "./route.ts";

/** Default headers of every response: not cached, and not readable by pages of other origins. */
const SECURITY_HEADERS = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
} as const;

/** A caller that takes nothing of its response for so long is cut off. */
const STALLED_MS = 30_000;
/** How long a connection stays open after a malformed request, so that the answer is read before it is gone. */
const LINGER_MS = 2000;

/** Sends a response. Does nothing if the caller is gone or a response was sent already. */
export function sendResponse(response: ServerResponse, content: RouteResponse): void {
  if (response.headersSent || response.destroyed) return;
  response.setTimeout(STALLED_MS);
  if ("parts" in content) {
    void sendParts(response, content);
    return;
  }
  const [type, data] = encode(content);
  response.writeHead(content.status ?? 200, {
    ...SECURITY_HEADERS,
    ...content.headers,
    "Content-Type": type,
    "Content-Length": Buffer.byteLength(data),
  });
  response.end(data);
}

/** A part that cannot be read ends the connection: what was sent must not look whole. */
async function sendParts(response: ServerResponse, content: StreamResponse): Promise<void> {
  const { status = 200, headers, contentType, parts } = content;
  response.writeHead(status, { ...SECURITY_HEADERS, ...headers, "Content-Type": contentType });
  await pipeline(Readable.from(parts), response).catch(() => response.destroy());
}

/** Media type and content of a response. */
function encode(
  content: Exclude<RouteResponse, StreamResponse>,
): readonly [string, string | Uint8Array] {
  if ("bytes" in content) return [content.contentType, content.bytes];
  if ("text" in content) return [content.contentType, content.text];
  if ("page" in content) return ["text/html; charset=utf-8", content.page.text];
  return ["application/json; charset=utf-8", `${JSON.stringify(content.body)}\n`];
}

/** Responds to `OPTIONS` with the allowed methods, without CORS headers. */
export function sendAllow(response: ServerResponse, allow: string): void {
  response.writeHead(204, { ...SECURITY_HEADERS, Allow: allow }).end();
}

/** Status and message by Node's error code of the parser; every other code is a 400. */
const MALFORMED: ReadonlyMap<string, readonly [status: string, message: string]> = new Map([
  [
    "HPE_HEADER_OVERFLOW",
    ["431 Request Header Fields Too Large", "The headers are larger than 16 kB."],
  ],
  [
    "ERR_HTTP_REQUEST_TIMEOUT",
    ["408 Request Timeout", "The request did not arrive in time. Send it again."],
  ],
]);

/** Responds to input that Node could not parse as a request, and closes the connection. */
export function respondToMalformedRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  // The peer is gone: writing would only raise the next error.
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, message] = MALFORMED.get(error.code ?? "") ?? [
    "400 Bad Request",
    "This is not a valid HTTP request.",
  ];
  const body = `${JSON.stringify({ error: message, code: "input_invalid" })}\n`;
  const head = [
    `HTTP/1.1 ${status}`,
    "Content-Type: application/json; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "X-Content-Type-Options: nosniff",
    "Connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
  // The other side may leave its half open for ever.
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}
