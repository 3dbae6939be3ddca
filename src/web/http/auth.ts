import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Session, Sessions } from "../../engine/api/sessions.ts";
import type { TokenHolder, Tokens } from "../../engine/api/tokens.ts";
import { OPERATOR } from "../../engine/model/actor.ts";
import { looksLikeApiToken } from "../../shared/api-token.ts";
import { AppError } from "../../shared/errors.ts";
import { sha256 } from "../../shared/hash.ts";
import { isLoopback } from "../../shared/host.ts";
import { readCookie } from "./cookies.ts";
import { isForwardingHeader } from "./forwarding-headers.ts";
import type { Site } from "./site.ts";

export interface AccessOptions {
  /** What the server listens on. */
  readonly host: string;
  /**
   * The server is there for callers from the internet, as in HTTP mode: a caller from this machine is then most likely a proxy, which need
   * not say so. No caller counts as local. @default false
   */
  readonly isReachable?: boolean;
  /** Absent: only local callers are served, and those with a token of their own. */
  readonly apiToken?: string;
  /** The tokens of people. */
  readonly tokens: Pick<Tokens, "identify" | "assertGood">;
  /** Those of people who are signed in to the console. */
  readonly sessions: Pick<Sessions, "identify">;
  readonly site: Pick<Site, "isSecure">;
}

/** Who calls. */
export interface Caller {
  /** Slack user id of the owner of a token; `api`: who has `API_TOKEN`, or is local. */
  readonly by: string;
  /** `null`: it is no token of a person, nor a session by one. */
  readonly token: TokenHolder | null;
  /** `null`: the caller is not signed in by a cookie. */
  readonly session: Session | null;
  /** Whether it would still be served: for answers that last. @throws {AppError} as `identify`. */
  assertGood(): Promise<void>;
}

export const OPERATING: Caller = {
  ...{ by: OPERATOR, token: null, session: null },
  assertGood: async () => undefined,
};

/** Who may call the API, and who is exempt from the rate limit. */
export interface Access {
  /**
   * Finds out who calls.
   *
   * @param isChange - the request may change something.
   * @throws {AppError} `token_invalid` (a token is configured, or one of a person is no good), `not_allowed` (none is, and the
   *   caller is not local; or the owner of the token is no member any more); `rate_limited` for a token of a person.
   */
  identify(request: IncomingMessage, isChange: boolean): Promise<Caller>;
  isLocal(request: IncomingMessage): boolean;
  /** It would be local if the server were not reachable: to be believed of callers alone that have proven who they are. */
  seemsLocal(request: IncomingMessage): boolean;
}

/** Checks callers: by token if one is configured; otherwise only local callers are allowed. */
export function createAccess(options: AccessOptions): Access {
  const refusal = whyNoneIsLocal(options);
  const seemsLocal = (request: IncomingMessage) =>
    isLoopback(options.host) && isLocalCaller(request);
  const isLocal = (request: IncomingMessage) => refusal === null && seemsLocal(request);
  const expected = options.apiToken ? sha256(options.apiToken) : null;
  return {
    ...{ isLocal, seemsLocal },
    async identify(request, isChange) {
      const token = bearerOf(request);
      if (token !== undefined && looksLikeApiToken(token)) {
        const holder = await options.tokens.identify(token, isChange);
        const assertGood = () => options.tokens.assertGood(holder);
        return { by: holder.owner, token: holder, session: null, assertGood };
      }
      const session = token === undefined ? await sessionOf(options, request, isChange) : null;
      if (session !== null) {
        const assertGood = async () => {
          if ((await sessionOf(options, request, false)) === null) throw signedOut();
        };
        return { by: session.by, token: session.token, session, assertGood };
      }
      if (expected !== null) assertToken(token, expected);
      else if (!isLocal(request)) throw notLocal(refusal);
      return OPERATING;
    },
  };
}

/** Who is signed in; `null`: no one is. A session by an `API_TOKEN` that is not the current one has ended. */
async function sessionOf(
  { sessions, site, apiToken }: AccessOptions,
  { headers }: IncomingMessage,
  isChange: boolean,
): Promise<Session | null> {
  const secret = readCookie(headers, "session", site);
  const session = secret === null ? null : await sessions.identify(secret, isChange);
  if (session?.via !== "api_token") return session;
  return apiToken !== undefined && session.proof === proofOf(apiToken) ? session : null;
}

function signedOut(): AppError {
  return new AppError({ code: "token_invalid", message: "You are signed out. Sign in again." });
}

/** Stands for a value of `API_TOKEN` in a session. */
export function proofOf(apiToken: string): string {
  return sha256(`console session by ${apiToken}`).toString("hex");
}

function bearerOf({ headers }: IncomingMessage): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(headers.authorization ?? "")?.[1];
}

function assertToken(token: string | undefined, expected: Buffer): void {
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

/** Why no caller is served without a token; `null`: local callers are. */
function whyNoneIsLocal({ host, isReachable }: AccessOptions): string | null {
  if (!isLoopback(host))
    return "HOST is open to the network, so no caller is served without a token. Set API_TOKEN and send it as a Bearer token.";
  if (isReachable === true)
    return "The bot takes Slack's requests over HTTP, so a caller from this machine may be a proxy that passes on requests of others, and no caller is served without a token. Set API_TOKEN and send it as a Bearer token.";
  return null;
}

function notLocal(refusal: string | null): AppError {
  return new AppError({
    code: "not_allowed",
    message:
      refusal ??
      "Without API_TOKEN only programs on this machine are served: no proxy, no page of another origin, Host localhost. Set API_TOKEN and send it as a Bearer token.",
  });
}

const LOCAL_NAMES = ["localhost", "127.0.0.1", "[::1]"] as const;

/**
 * Whether a request comes from a program on this machine that acts for itself.
 *
 * A loopback peer is not enough: it may be a reverse proxy (which sends forwarding headers), or a
 * browser that shows a hostile page (which sends that page's `Origin`, or after DNS rebinding its
 * name as `Host`).
 */
function isLocalCaller(request: IncomingMessage): boolean {
  if (!isLoopback(request.socket.remoteAddress)) return false;
  if (Object.keys(request.headers).some(isForwardingHeader)) return false;
  const hosts = request.headersDistinct["host"] ?? [];
  const host = hosts.length === 1 ? splitHost(hosts[0] ?? "") : null;
  if (host === null || isFromOtherSite(request)) return false;
  return (request.headersDistinct["origin"] ?? []).every((origin) =>
    isOwnOrigin(origin, host.port),
  );
}

/**
 * Whether a browser sends the request for a page of another origin (https://www.w3.org/TR/fetch-metadata/): without `Origin`, as for
 * images and forms that only read. Following a link to a page of ours is no such request: what it shows, the other page cannot read.
 */
function isFromOtherSite({ method, headers }: IncomingMessage): boolean {
  const site = headers["sec-fetch-site"];
  if (site === undefined || site === "same-origin" || site === "none") return false;
  const reads = method === "GET" || method === "HEAD";
  const followsLink =
    headers["sec-fetch-mode"] === "navigate" && headers["sec-fetch-dest"] === "document";
  return !(reads && followsLink);
}

/** Name and port of a `Host` value if it names this machine; else `null`. */
function splitHost(value: string): { readonly port: string } | null {
  const lower = value.toLowerCase();
  const name = LOCAL_NAMES.find((local) => lower === local || lower.startsWith(`${local}:`));
  if (name === undefined) return null;
  const port = lower.slice(name.length + 1);
  return lower === name || /^\d{1,5}$/.test(port) ? { port } : null;
}

/** An own origin is any local name with the called port; another port is another program. */
function isOwnOrigin(origin: string, port: string): boolean {
  const match = /^https?:\/\/(.+)$/i.exec(origin);
  return match !== null && splitHost(match[1] ?? "")?.port === port;
}
