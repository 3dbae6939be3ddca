import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { AppError } from "../../shared/errors.ts";
import { isLocalCaller, isLoopback } from "./local-caller.ts";

export interface AccessOptions {
  /** What the server listens on. */
  readonly host: string;
  /** Absent: local callers alone are served. */
  readonly apiToken?: string;
}

/** Who may call the API, and whom the rate limit spares. */
export interface Access {
  /** @throws {AppError} `token_invalid` (a token is configured), `not_allowed` (none is, and the caller is not local). */
  assertAllowed(request: IncomingMessage): void;
  isLocal(request: IncomingMessage): boolean;
}

/** Applies the rule for callers: the token if one is configured, else local callers alone. */
export function createAccess(options: AccessOptions): Access {
  const hostIsLoopback = isLoopback(options.host.replace(/^\[(.*)\]$/, "$1"));
  const isLocal = (request: IncomingMessage) => hostIsLoopback && isLocalCaller(request);
  const expected = options.apiToken ? sha256(options.apiToken) : null;
  return {
    isLocal,
    assertAllowed(request) {
      if (expected !== null) assertToken(request, expected);
      else if (!isLocal(request)) throw notLocal(hostIsLoopback);
    },
  };
}

function assertToken(request: IncomingMessage, expected: Buffer): void {
  const token = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? "")?.[1];
  // Comparing digests takes the same time for every token, whatever its length.
  if (token !== undefined && timingSafeEqual(sha256(token), expected)) return;
  throw new AppError({
    code: "token_invalid",
    message:
      token === undefined
        ? "This needs the header “Authorization: Bearer <API_TOKEN>”."
        : "The token is not the API_TOKEN of this bot. Ask its operator for the current one.",
  });
}

function notLocal(hostIsLoopback: boolean): AppError {
  return new AppError({
    code: "not_allowed",
    message: hostIsLoopback
      ? "Without API_TOKEN only programs on this machine are served: no proxy, no page of another origin, Host localhost. Set API_TOKEN and send it as a Bearer token."
      : "HOST is open to the network, so nobody is served without a token. Set API_TOKEN and send it as a Bearer token.",
  });
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
