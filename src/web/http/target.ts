import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { AppError } from "../../shared/errors.ts";

/** What a request asks for. */
export interface Target {
  /** Reference of the request. */
  readonly id: string;
  /** As sent, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The query as sent, without the question mark. */
  readonly search: string;
}

export function targetOf({ url = "" }: IncomingMessage): Target {
  const end = url.indexOf("?");
  const search = end < 0 ? "" : url.slice(end + 1);
  return {
    id: `req_${randomBytes(6).toString("hex")}`,
    path: pathOf(url),
    query: new URLSearchParams(search),
    search,
  };
}

/** More of them in a request are refused: Node keeps no more than it is set to, and a proxy's own come last. */
export const MAX_HEADERS = 100;

export function hasTooManyHeaders({ rawHeaders }: IncomingMessage): boolean {
  return rawHeaders.length > 2 * MAX_HEADERS;
}

/** The target of a request without its query. */
export function pathOf(url: string): string {
  return url.split("?", 1)[0] ?? "";
}

/** @throws {AppError} `input_invalid`. */
export function assertAddress(path: string): void {
  if (!path.startsWith("/")) {
    throw new AppError({
      code: "input_invalid",
      message: "The address of a request must begin with “/”.",
    });
  }
  if (decodeSegments(path) !== null) return;
  throw new AppError({
    code: "input_invalid",
    message: "The address holds a “%” that begins no valid character. Encode the ids in it.",
  });
}

/**
 * The path by which a route is found: each character written in one way, no slash at the end. Dots in it are names like any other, so it
 * is made from the request line: a URL would resolve them, and what a proxy in front has checked would be another path.
 */
export function routingPath(path: string): string {
  const trimmed = path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
  return decodeSegments(trimmed)?.map(encodeURIComponent).join("/") ?? trimmed;
}

function decodeSegments(path: string): readonly string[] | null {
  try {
    return path.split("/").map((segment) => decodeURIComponent(segment));
  } catch {
    return null;
  }
}
