import { randomBytes } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Logger } from "pino";
import { parseContentType } from "../../shared/content-type.ts";
import { AppError, asAppError } from "../../shared/errors.ts";
import { readOwn } from "../../shared/json.ts";
import { parseJsonBody } from "../../shared/parse-json.ts";
import type { Access } from "./auth.ts";
import { readBody } from "./body.ts";
import { toErrorResponse } from "./error-response.ts";
import type { RateLimit } from "./rate-limit.ts";
import { sendAllow, sendResponse } from "./respond.ts";
import type { RouteResponse } from "./route.ts";
import type { Match, Router } from "./router.ts";
import type { WebRequest } from "./web-request.ts";

export interface RequestHandlerOptions {
  readonly router: Router;
  readonly access: Access;
  readonly rateLimit: RateLimit;
  readonly logger: Logger;
  /** Paths with a handler of their own for the raw request, such as Slack's events. */
  readonly extraHandlers: ReadonlyMap<string, RequestListener>;
}

/**
 * Handles every request: finds its route, checks the caller, calls the route, sends its response.
 * The one place that turns errors into responses.
 */
export function createRequestHandler(options: RequestHandlerOptions): RequestListener {
  return (request, response) => {
    const target = request.url ?? "";
    const end = target.indexOf("?");
    const path = end < 0 ? target : target.slice(0, end);
    const extra = options.extraHandlers.get(path);
    if (extra !== undefined) {
      callExtra(extra, request, response, options.logger);
      return;
    }
    const id = `req_${randomBytes(6).toString("hex")}`;
    response.setHeader("X-Request-Id", id);
    const query = new URLSearchParams(end < 0 ? "" : target.slice(end + 1));
    void handleRequest(options, request, response, { id, path, query });
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
}

/** Never rejects: the caller does not await it. */
async function handleRequest(
  options: RequestHandlerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  target: Target,
): Promise<void> {
  const method = request.method ?? "GET";
  const logger = options.logger.child({ request: target.id, method, path: target.path });
  try {
    const match = findRoute(options.router, method, target.path);
    if (typeof match === "string") sendAllow(response, match);
    else sendResponse(response, await callRoute(options, request, match, target));
  } catch (thrown) {
    const error = asAppError(thrown);
    const content = toErrorResponse(error, target.id);
    const log = { err: thrown, code: error.code, details: error.details };
    if ((content.status ?? 500) >= 500) logger.error(log, "request failed");
    else logger.debug(log, "request refused");
    sendResponse(response, content);
  }
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

async function callRoute(
  options: RequestHandlerOptions,
  request: IncomingMessage,
  match: Match,
  target: Target,
): Promise<RouteResponse> {
  const isLocal = options.access.isLocal(request);
  if (match.route.open !== true) {
    if (!isLocal) options.rateLimit(request.socket.remoteAddress ?? "");
    if (match.route.checksCallers !== true) options.access.assertAllowed(request);
  }
  return await match.route.handle(toWebRequest(request, match, target, isLocal));
}

function toWebRequest(
  request: IncomingMessage,
  match: Match,
  target: Target,
  isLocal: boolean,
): WebRequest {
  return {
    id: target.id,
    path: target.path,
    isLocal,
    headers: request.headers,
    query: target.query,
    param: (name) => match.params.get(name) ?? "",
    readBody: () => readBody(request),
    async readJson() {
      const body = await readBody(request);
      if (body.length === 0) return undefined;
      const { charset } = parseContentType(request.headers["content-type"] ?? "");
      return parseJsonBody(body, { charset });
    },
  };
}
