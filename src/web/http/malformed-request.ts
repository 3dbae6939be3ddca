import type { Duplex } from "node:stream";

/** How long a connection stays open after a malformed request, so that the answer is read before it is gone. */
const LINGER_MS = 2000;

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
