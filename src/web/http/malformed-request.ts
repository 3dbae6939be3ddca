import type { Duplex } from "node:stream";

/** By Node's code for what is wrong with a request that is no HTTP; everything else is a 400. */
const ANSWERS: ReadonlyMap<string, readonly [status: string, message: string]> = new Map([
  [
    "HPE_HEADER_OVERFLOW",
    ["431 Request Header Fields Too Large", "The headers are larger than 16 kB."],
  ],
  [
    "ERR_HTTP_REQUEST_TIMEOUT",
    ["408 Request Timeout", "The request did not arrive in time. Send it again."],
  ],
]);

/** Answers what never became a request, and closes the connection. */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  // The other side has hung up: writing would only raise the next error.
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, message] = ANSWERS.get(error.code ?? "") ?? [
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
}
