import type { ServerResponse } from "node:http";
import type { Answer } from "./route.ts";

/** On every answer, unless its route says otherwise: data for programs, for nobody else's page, and never kept. */
const SECURITY_HEADERS = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
} as const;

/** Sends an answer, as JSON or as a page. Does nothing when the caller has gone or has an answer already. */
export function sendAnswer(response: ServerResponse, answer: Answer): void {
  if (response.headersSent || response.destroyed) return;
  const [type, text] = contentOf(answer);
  response.writeHead(answer.status ?? 200, {
    ...SECURITY_HEADERS,
    ...answer.headers,
    "Content-Type": type,
    "Content-Length": Buffer.byteLength(text),
  });
  response.end(text);
}

function contentOf(answer: Answer): readonly [string, string] {
  if ("text" in answer) return [answer.contentType, answer.text];
  if ("page" in answer) return ["text/html; charset=utf-8", answer.page.text];
  return ["application/json; charset=utf-8", `${JSON.stringify(answer.body)}\n`];
}

/** Answers `OPTIONS`: what the path takes, and nothing for other origins. */
export function sendAllow(response: ServerResponse, allow: string): void {
  response.writeHead(204, { ...SECURITY_HEADERS, Allow: allow }).end();
}
