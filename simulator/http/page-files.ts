import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, resolve, sep } from "node:path";
import { send } from "./send.ts";

const PAGE_DIRECTORY = resolve(import.meta.dirname, "../page");

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".webmanifest": "application/manifest+json",
};

/** The page talks to this simulator alone and runs its own files alone. */
function contentSecurityPolicy(host: string): string {
  return [
    "default-src 'self'",
    // Not every browser takes a WebSocket to the same place for 'self'.
    `connect-src 'self' ws://${host}`,
    "img-src 'self' data: blob:",
    "style-src 'self' 'unsafe-inline'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
    "object-src 'none'",
  ].join("; ");
}

/** Serves `/` and `/page/…` from the page's directory. */
export async function sendPageFile(
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = decodePath(request.url ?? "/");
  const relative = path === "/" ? "index.html" : path.slice("/page/".length);
  const file = resolve(PAGE_DIRECTORY, relative);
  const contentType = CONTENT_TYPES[extname(file)];
  if (!file.startsWith(PAGE_DIRECTORY + sep) || contentType === undefined) {
    send(response, 404, "text/plain; charset=utf-8", "There is no such file.");
    return;
  }
  try {
    const bytes = await readFile(file);
    send(response, 200, contentType, bytes, {
      "cache-control": "no-cache",
      "content-security-policy": contentSecurityPolicy(request.headers.host ?? ""),
      "referrer-policy": "no-referrer",
    });
  } catch {
    send(response, 404, "text/plain; charset=utf-8", "There is no such file.");
  }
}

/** A path that cannot be decoded names no file. */
function decodePath(url: string): string {
  try {
    return decodeURIComponent(new URL(url, "http://localhost").pathname);
  } catch {
    return "/page/";
  }
}
