import type { IncomingMessage, ServerResponse } from "node:http";
import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono, type MiddlewareHandler } from "hono";
import type { Logger } from "pino";
import type { Repeats } from "../../engine/api/repeats.ts";
import type { Sessions } from "../../engine/api/sessions.ts";
import type { Tokens } from "../../engine/api/tokens.ts";
import { actFrom } from "../../engine/ports/surface.ts";
import { BodySlots } from "../../shared/body-slots.ts";
import { parseContentType } from "../../shared/content-type.ts";
import { AppError, asAppError, type ErrorCode } from "../../shared/errors.ts";
import { toJson } from "../../shared/json.ts";
import { parseJsonInTurns } from "../../shared/parse-json.ts";
import type { AnsweredRequest } from "../http-meters.ts";
import { answerOnce } from "./answer-once.ts";
import { type Access, type Caller, OPERATING } from "./auth.ts";
import { readBody } from "./body.ts";
import type { ClientAddress } from "./client-address.ts";
import { type Endpoint, keepsAnswers, scopeOf } from "./endpoint.ts";
import { toErrorResponse } from "./error-response.ts";
import { assertSentByPage } from "./form-token.ts";
import type { OpenStreams } from "./open-streams.ts";
import type { RateLimits } from "./rate-limit.ts";
import { readIdempotencyKey } from "./request-headers.ts";
import type { RouteResponse } from "./response.ts";
import type { Route } from "./route.ts";
import type { Site } from "./site.ts";
import {
  assertAddress,
  hasTooManyHeaders,
  MAX_HEADERS,
  pathOf,
  routingPath,
  type Target,
  targetOf,
} from "./target.ts";
import { allowing, toResponse } from "./to-response.ts";
import { allowHeader, unknownRoute, wrongMethod } from "./unknown-route.ts";
import type { WebRequest } from "./web-request.ts";

export interface AppOptions {
  /** Called with each request that was answered. */
  readonly onAnswered: (request: AnsweredRequest) => void;
  readonly routes: readonly Route[];
  readonly access: Access;
  readonly limits: RateLimits;
  readonly clientAddress: ClientAddress;
  readonly tokens: Pick<Tokens, "record">;
  readonly sessions: Pick<Sessions, "record">;
  readonly site: Site;
  /** Shows an error to a person, where it is one who asked. @returns `null`: a program did. */
  readonly errorPage: (refused: Refused) => RouteResponse | null;
  readonly repeats: Repeats;
  readonly streams: OpenStreams;
  readonly isAdmin: (by: string) => Promise<boolean>;
  readonly logger: Logger;
}

/** A request that was not done, and why. */
export interface Refused {
  readonly error: AppError;
  readonly status: number;
  readonly incoming: IncomingMessage;
  readonly target: Target;
}

/** What a request carries through the app. */
interface AppEnv {
  readonly Bindings: HttpBindings;
  readonly Variables: {
    readonly target: Target;
    /** Whether the caller has proven who it is, or need not. */
    readonly proof: { isGiven: boolean };
    /** The path of the endpoint that was found. */
    readonly route?: string;
  };
}

export type App = Hono<AppEnv>;

const MEGABYTE = 1024 * 1024;
/** Bodies of callers that have yet to prove who they are. */
const UNPROVEN_BODIES = { count: 150, bytes: 4 * MEGABYTE };

/** Refusals of callers who did not prove who they are, or guess addresses. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set([
  "token_invalid",
  "not_allowed",
  "route_not_found",
  "method_not_allowed",
]);

/**
 * Finds the route of a request, checks the caller, calls the route, makes its response. The one place that turns errors into responses.
 */
export function createApp(options: AppOptions): App {
  const app: App = new Hono<AppEnv>({
    getPath: (_request, { env } = {}) => routingPath(pathOf(env?.incoming.url ?? "")),
  });
  const slots = new BodySlots(UNPROVEN_BODIES);
  app.use(async (context, next) => {
    const target = targetOf(context.env.incoming);
    context.set("target", target);
    context.set("proof", { isGiven: false });
    if (hasTooManyHeaders(context.env.incoming)) return tooManyHeaders(context.env.outgoing);
    context.env.outgoing.setHeader("X-Request-Id", target.id);
    assertAddress(target.path);
    return next();
  });
  app.use(measureAnswers(options));
  for (const route of inOrder(options.routes)) {
    app.on(route.endpoint.method, route.endpoint.path, async (context) => {
      context.set("route", route.endpoint.path);
      try {
        const content = await callRoute(options, route, context, slots);
        const { id, path } = context.var.target;
        return toResponse(content, context.env.outgoing, (err) =>
          options.logger.error({ request: id, path, err }, "a response broke off"),
        );
      } catch (thrown) {
        throw asAppError(thrown);
      }
    });
  }
  app.notFound((context) => answerUnknown(app, options.routes, context));
  app.onError((thrown, context) => answerError(options, thrown, context));
  return app;
}

function measureAnswers({ onAnswered }: AppOptions): MiddlewareHandler<AppEnv> {
  return async (context, next) => {
    const begun = performance.now();
    const answered = (status = 500): void => {
      const route = context.get("route") ?? null;
      onAnswered({ method: context.req.method, route, status, ms: performance.now() - begun });
    };
    try {
      await next();
    } catch (thrown) {
      // What no route has is refused behind this.
      answered(toErrorResponse(asAppError(thrown), context.var.target.id).status);
      throw thrown;
    }
    answered(context.res.status);
  };
}

function tooManyHeaders(outgoing: ServerResponse): Response {
  outgoing.shouldKeepAlive = false;
  const error = `The request has more than ${MAX_HEADERS} headers.`;
  return toResponse({ status: 431, body: { error, code: "input_invalid" } }, outgoing);
}

/** A fixed segment wins over a named one, and that over the rest of a path: Hono takes the route that was added first. */
function inOrder(routes: readonly Route[]): readonly Route[] {
  const rank = ({ endpoint: { path } }: Route): number =>
    path.split("/:").length + (path.endsWith("}") ? 100 : 0);
  return routes.toSorted((a, b) => rank(a) - rank(b));
}

/** @throws {AppError} `method_not_allowed`, `route_not_found`. */
function answerUnknown(
  { router }: App,
  routes: readonly Route[],
  { env, var: { target } }: Context<AppEnv>,
): Response {
  const endpoints = routes.map(({ endpoint }) => endpoint);
  const path = routingPath(target.path);
  const methods = [...new Set(endpoints.map(({ method }) => method))].filter((method) =>
    router.match(method, path)[0].some(([[, route]]) => route.method === method),
  );
  const method = env.incoming.method ?? "GET";
  if (methods.length === 0) throw unknownRoute(method, target.path, endpoints);
  if (method === "OPTIONS") return allowing(allowHeader(methods));
  throw wrongMethod(method, target.path, methods);
}

function answerError(options: AppOptions, thrown: Error, context: Context<AppEnv>): Response {
  const { env, var: variables } = context;
  const { target } = variables;
  const error = limitRefusals(options, context, asAppError(thrown));
  const content = toErrorResponse(error, target.id);
  const log = {
    ...{ request: target.id, method: env.incoming.method, path: target.path },
    ...{ from: options.clientAddress(env.incoming) },
    ...{ err: thrown, code: error.code, details: error.details },
  };
  if ((content.status ?? 500) >= 500) options.logger.error(log, "request failed");
  else options.logger.debug(log, "request refused");
  // The unread rest of the body would be parsed as the next request.
  if (error.details["drained"] === false) env.outgoing.shouldKeepAlive = false;
  const { status, headers } = content;
  const shown = options.errorPage({ error, status, incoming: env.incoming, target });
  if (shown === null) return toResponse(content, env.outgoing);
  return toResponse({ ...shown, headers: { ...headers, ...shown.headers } }, env.outgoing);
}

/** The error to answer with: the refusal, or that there were too many of them. */
function limitRefusals(
  { access, limits, clientAddress }: AppOptions,
  { env: { incoming }, var: { proof } }: Context<AppEnv>,
  error: AppError,
): AppError {
  if (proof.isGiven || !REFUSALS.has(error.code) || access.isLocal(incoming)) return error;
  try {
    limits.refuse(clientAddress(incoming));
    return error;
  } catch (limited) {
    return asAppError(limited);
  }
}

async function callRoute(
  options: AppOptions,
  route: Route,
  context: Context<AppEnv>,
  slots: BodySlots,
) {
  const { endpoint } = route;
  if (endpoint.access === "open" || endpoint.access === "own") {
    const place = endpoint.access === "own" ? slots : null;
    return await route.handle(toWebRequest(options, context, { place, endpoint, ...OPERATING }));
  }
  const { incoming } = context.env;
  const isChange = endpoint.method !== "GET";
  if (endpoint.access === "page") options.site.assertHost(incoming.headers);
  const caller = await options.access.identify(incoming, isChange);
  // Forms of pages carry the token in their body, and are checked when that is read.
  if (caller.session !== null && isChange && endpoint.access === "token")
    assertSentByPage(options.site, incoming.headers);
  const request = toWebRequest(options, context, { place: null, endpoint, ...caller });
  // A token of a person has a limit of its own.
  if (caller.token === null || caller.session !== null) request.admit("token", true);
  else context.get("proof").isGiven = true;
  await assertScope(options, endpoint, caller);
  const surface = caller.session === null ? "api" : "console";
  const answer = await actFrom(surface, () => route.handle(request));
  await recordUse(options, endpoint, request, { ...caller, status: answer.status });
  return answer;
}

/** @throws {AppError} `scope_missing`; `not_allowed` for what is for admins alone. */
async function assertScope(
  { isAdmin }: AppOptions,
  endpoint: Endpoint,
  { token, session, by }: Caller,
): Promise<void> {
  const scope = scopeOf(endpoint);
  if (token === null && session === null) return;
  if (token !== null && !token.scopes.includes(scope) && !token.scopes.includes("admin")) {
    throw new AppError({
      code: "scope_missing",
      message: `This token is for ${token.scopes.join(", ")}; the request needs the scope ${scope}. Create a token with it.`,
    });
  }
  if (scope !== "admin" || (await isAdmin(by))) return;
  throw new AppError({
    code: "not_allowed",
    message: "This is for admins, and you, or the owner of this token, are none. Ask an admin.",
  });
}

/** What a token, or who is signed in, changed is recorded before its caller gets the answer. */
async function recordUse(
  { tokens, sessions }: AppOptions,
  endpoint: Endpoint,
  { path, params }: WebRequest,
  {
    token,
    session,
    status = 200,
  }: Pick<Caller, "token" | "session"> & { readonly status: number | undefined },
): Promise<void> {
  // A page may say why nothing was done.
  if (endpoint.method === "GET" || scopeOf(endpoint) === "read" || status >= 400) return;
  const id = params["id"];
  const use = {
    request: `${endpoint.method} ${path}`,
    ...(id !== undefined && /^\/(?:api\/)?workflows\//.test(endpoint.path) && { workflowId: id }),
    ...(id !== undefined &&
      /^\/(?:api\/executions|runs)\//.test(endpoint.path) && { executionId: id }),
  };
  if (session !== null) await sessions.record(session, use);
  else if (token !== null) await tokens.record(token, use);
}

interface RequestParts extends Caller {
  readonly endpoint: Endpoint;
  /** Where the body needs a place, unless the caller is local. */
  readonly place: BodySlots | null;
}

function toWebRequest(
  { access, limits, clientAddress, repeats, streams }: AppOptions,
  { env: { incoming, outgoing }, req, var: { target, proof } }: Context<AppEnv>,
  { by, session, assertGood, endpoint, place: slots }: RequestParts,
): WebRequest {
  const isLocal = access.isLocal(incoming);
  const body = (maxBytes?: number) =>
    readBody(incoming, isLocal ? undefined : (slots ?? undefined), maxBytes);
  return {
    ...target,
    ...{ by, session, isLocal, headers: incoming.headers, params: req.param(), assertGood },
    isHead: incoming.method === "HEAD",
    openStream: () => streams.open(by, outgoing),
    once(asked, work) {
      const key = keepsAnswers(endpoint) ? readIdempotencyKey(incoming.headers) : null;
      const scope = `${by} ${endpoint.method} ${incoming.url ?? ""}`;
      return key === null
        ? work()
        : answerOnce(repeats, { scope, key, asked: toJson(asked) }, work);
    },
    admit(door, isProven) {
      proof.isGiven = true;
      if (!isLocal && !(isProven && access.seemsLocal(incoming)))
        limits.admit(door, clientAddress(incoming));
    },
    readBody: body,
    readJson: async () => readJson(incoming, await body()),
  };
}

async function readJson({ headers }: IncomingMessage, bytes: Buffer) {
  if (bytes.length === 0) return undefined;
  const { charset } = parseContentType(headers["content-type"] ?? "");
  return parseJsonInTurns(bytes, { charset });
}
