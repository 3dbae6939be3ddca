import { randomBytes } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Logger } from "pino";
import { BodySlots } from "../../shared/body-slots.ts";
import { parseContentType } from "../../shared/content-type.ts";
import { AppError, asAppError, type ErrorCode } from "../../shared/errors.ts";
import { readOwn } from "../../shared/json.ts";
import { parseJsonInTurns } from "../../shared/parse-json.ts";
import { discardRest } from "../../shared/request-body.ts";
import type { Access } from "./auth.ts";
import { readBody } from "./body.ts";
import type { ClientAddress } from "./client-address.ts";
import { toErrorResponse } from "./error-response.ts";
import type { RateLimits } from "./rate-limit.ts";
import { sendAllow, sendResponse } from "./respond.ts";
import type { RouteResponse } from "./route.ts";
import type { Match, Router } from "./router.ts";
import type { WebRequest } from "./web-request.ts";

export interface RequestHandlerOptions {
  readonly router: Router;
  readonly access: Access;
  readonly limits: RateLimits;
  readonly clientAddress: ClientAddress;
  readonly logger: Logger;
  /** Paths with a handler of their own for the raw request, such as Slack's events. */
  readonly extraHandlers: ReadonlyMap<string, RequestListener>;
}

const MEGABYTE = 1024 * 1024;
/** Bodies of callers that have yet to prove who they are. */
const UNPROVEN_BODIES = { count: 150, bytes: 4 * MEGABYTE };

/** More of them in a request are refused: Node keeps no more than it is set to, and a proxy's own come last. */
export const MAX_HEADERS = 100;

/** Refusals of callers who did not prove who they are, or guess addresses. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set([
  "token_invalid",
  "not_allowed",
  "route_not_found",
  "method_not_allowed",
]);

/**
 * Handles every request: finds its route, checks the caller, calls the route, sends its response.
 * The one place that turns errors into responses.
 */
export function createRequestHandler(options: RequestHandlerOptions): RequestListener {
  const slots = new BodySlots(UNPROVEN_BODIES);
  return (request, response) => {
    const target = request.url ?? "";
    const end = target.indexOf("?");
    const path = end < 0 ? target : target.slice(0, end);
    const extra = options.extraHandlers.get(path);
    if (request.rawHeaders.length > 2 * MAX_HEADERS) {
      sendResponse(response, tooManyHeaders());
      return;
    }
    if (extra !== undefined) {
      callExtra(extra, request, response, options.logger);
      return;
    }
    const id = `req_${randomBytes(6).toString("hex")}`;
    response.setHeader("X-Request-Id", id);
    const query = new URLSearchParams(end < 0 ? "" : target.slice(end + 1));
    const from = options.clientAddress(request);
    void handleRequest(options, request, response, {
      id,
      path,
      query,
      from,
      slots,
      proof: { isGiven: false },
    });
  };
}

/**
 * An extra handler may throw at a request that it does not expect; the process must survive that.
 */
function callExtra(
  extra: RequestListener,
  request: IncomingMessage,
  response: ServerResponse,
  logger: Logger,
): void {
  try {
    extra(request, response);
  } catch (thrown) {
    const error = asAppError(thrown);
    const { method = "GET", url: path = "/" } = request;
    logger.warn({ err: thrown, method, path }, "an extra handler failed");
    sendResponse(response, toErrorResponse(error, ""));
  }
}

interface Target {
  readonly id: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** The caller's network address. */
  readonly from: string;
  /** For the bodies of callers that have yet to prove who they are. */
  readonly slots: BodySlots;
  /** Whether the caller has proven who it is, or need not. */
  readonly proof: { isGiven: boolean };
}

/** Never rejects: the caller does not await it. */
async function handleRequest(
  options: RequestHandlerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  target: Target,
): Promise<void> {
  const method = request.method ?? "GET";
  const logger = options.logger.child({
    request: target.id,
    method,
    path: target.path,
    from: target.from,
  });
  try {
    const match = findRoute(options.router, method, target.path);
    if (typeof match === "string") sendAllow(response, match);
    else sendResponse(response, await callRoute(options, request, match, target));
  } catch (thrown) {
    const error = limitRefusals(options, request, target, asAppError(thrown));
    const content = toErrorResponse(error, target.id);
    const log = { err: thrown, code: error.code, details: error.details };
    if ((content.status ?? 500) >= 500) logger.error(log, "request failed");
    else logger.debug(log, "request refused");
    sendResponse(response, content);
  }
  // Node reads what a route left unread, and would leave its memory to the collector.
  if (!request.complete) discardRest(request);
}

/** The route; for `OPTIONS` the methods that the path allows. */
function findRoute(router: Router, method: string, path: string): Match | string {
  if (!path.startsWith("/")) {
    throw new AppError({
      code: "input_invalid",
      message: "The address of a request must begin with “/”.",
    });
  }
  try {
    return router.find(method, path);
  } catch (error) {
    const allow = error instanceof AppError ? readOwn(error.details, "allow") : undefined;
    if (method === "OPTIONS" && typeof allow === "string") return allow;
    throw error;
  }
}

/** The error to answer with: the refusal, or that there were too many of them. */
function limitRefusals(
  { access, limits }: RequestHandlerOptions,
  request: IncomingMessage,
  { from, proof }: Target,
  error: AppError,
): AppError {
  if (proof.isGiven || !REFUSALS.has(error.code) || access.isLocal(request)) return error;
  try {
    limits.refuse(from);
    return error;
  } catch (limited) {
    return asAppError(limited);
  }
}

function tooManyHeaders(): RouteResponse {
  const error = `The request has more than ${MAX_HEADERS} headers.`;
  return {
    status: 431,
    body: { error, code: "input_invalid" },
    headers: { Connection: "close" },
  };
}

async function callRoute(
  options: RequestHandlerOptions,
  request: IncomingMessage,
  match: Match,
  target: Target,
): Promise<RouteResponse> {
  const webRequest = toWebRequest(options, request, match, target);
  const { open, checksCallers } = match.route;
  if (open !== true && checksCallers !== true) {
    options.access.assertAllowed(request);
    webRequest.admit("token", true);
  }
  return await match.route.handle(webRequest);
}

function toWebRequest(
  { access, limits }: RequestHandlerOptions,
  request: IncomingMessage,
  match: Match,
  { id, path, query, from, slots, proof }: Target,
): WebRequest {
  const isLocal = access.isLocal(request);
  const isUnproven = match.route.checksCallers === true && !isLocal;
  const body = (maxBytes?: number) => readBody(request, isUnproven ? slots : undefined, maxBytes);
  return {
    ...{ id, path, isLocal, query },
    headers: request.headers,
    param: (name) => match.params.get(name) ?? "",
    admit(door, isProven) {
      proof.isGiven = true;
      if (!isLocal && !(isProven && access.seemsLocal(request))) limits.admit(door, from);
    },
    readBody: body,
    async readJson() {
      const bytes = await body();
      if (bytes.length === 0) return undefined;
      const { charset } = parseContentType(request.headers["content-type"] ?? "");
      return parseJsonInTurns(bytes, { charset });
    },
  };
}
