import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Logger } from "pino";
import type { Engine } from "../engine/api/engine.ts";
import { AppError } from "../shared/errors.ts";
import { bareHost } from "../shared/host.ts";
import { omitUndefined } from "../shared/omit-undefined.ts";
import { showError } from "./console/error-page.ts";
import { consoleRoutes } from "./console/routes.ts";
import type { SignInWithSlack } from "./console/sign-in/slack.ts";
import { createApp } from "./http/app.ts";
import { createAccess } from "./http/auth.ts";
import { createClientAddress } from "./http/client-address.ts";
import { limitConnections } from "./http/connections.ts";
import { createListener } from "./http/listener.ts";
import { respondToMalformedRequest } from "./http/malformed-request.ts";
import { OpenStreams } from "./http/open-streams.ts";
import { createRateLimits, type RateLimitOptions } from "./http/rate-limit.ts";
import type { Route } from "./http/route.ts";
import { createSite, type Site } from "./http/site.ts";
import { MAX_HEADERS } from "./http/target.ts";
import { auditRoutes } from "./routes/audit.ts";
import { budgetRoutes } from "./routes/budgets.ts";
import { dashboardRoutes } from "./routes/dashboard.ts";
import { dataRoutes } from "./routes/data.ts";
import { evaluationRoutes } from "./routes/evaluations.ts";
import { eventRoutes } from "./routes/events.ts";
import { executeRoutes } from "./routes/execute.ts";
import { executionRoutes } from "./routes/executions.ts";
import { fileRoutes } from "./routes/files.ts";
import { generateRoutes } from "./routes/generate.ts";
import { graphRoutes } from "./routes/graphs.ts";
import { healthRoutes, type Readiness } from "./routes/health.ts";
import { jobRoutes } from "./routes/jobs.ts";
import { metricsRoutes } from "./routes/metrics.ts";
import { migrateRoutes } from "./routes/migrate.ts";
import { openApiRoutes } from "./routes/open-api.ts";
import { pauseRoutes } from "./routes/pause.ts";
import { promptRoutes } from "./routes/prompts.ts";
import { retryRoutes } from "./routes/retry.ts";
import { streamRoutes } from "./routes/streams.ts";
import { telemetryRoutes } from "./routes/telemetry.ts";
import { templateRoutes } from "./routes/templates.ts";
import { triggerRoutes } from "./routes/triggers.ts";
import { webhookRoutes } from "./routes/webhooks.ts";
import { workflowRoutes } from "./routes/workflows.ts";
import type { Telemetry } from "./telemetry.ts";

export interface WebServerOptions {
  readonly engine: Engine;
  /** Address to listen on. Unless it is loopback, every caller needs a token. */
  readonly host: string;
  /** `0`: the system chooses. */
  readonly port: number;
  /** Absent: only local callers are served. */
  readonly apiToken?: string;
  /** It is there for callers from the internet: no caller counts as local. @default false */
  readonly isReachable?: boolean;
  /** Addresses and CIDRs of proxies whose `X-Forwarded-For` is believed. @default none */
  readonly trustedProxies?: readonly string[];
  /** Where browsers open the console: `https://heddle.example.com`. @default its address on this machine or in its network */
  readonly publicUrl?: string;
  /** Absent: people sign in to the console by tokens alone. */
  readonly signIn?: SignInWithSlack;
  readonly logger: Logger;
  /** Serves `/metrics`. */
  readonly telemetry?: Telemetry;
  /**
   * Handlers of whole paths that get the raw request, unchecked: `/slack/events` is signed by
   * Slack.
   */
  readonly extraHandlers?: Readonly<Record<string, RequestListener>>;
  /** @default always ready, from `start` to `stop` */
  readonly notReady?: Readiness;
  readonly rateLimit?: RateLimitOptions;
  /** Connections that are kept open. @default 1000 */
  readonly maxConnections?: number;
  readonly timeouts?: Timeouts;
}

export interface Timeouts {
  /** Milliseconds for a request to arrive whole. @default 30000 */
  readonly requestMs?: number;
  /** Milliseconds for its headers. @default 10000 */
  readonly headersMs?: number;
  /** Milliseconds after which a stream of events that is silent sends something. @default 10000 */
  readonly keepAliveMs?: number;
  /** Milliseconds to finish open requests when the server stops. @default 5000 */
  readonly stopMs?: number;
}

export interface WebServer {
  /**
   * @throws {AppError} `config_invalid` when the port is taken or the address is not this
   *   machine's.
   */
  start(): Promise<{ readonly port: number }>;
  /**
   * Accepts no more requests, finishes open ones, then closes every connection. May be called
   * twice.
   */
  stop(): Promise<void>;
}

/** The REST API over an engine. */
export function createWebServer(options: WebServerOptions): WebServer {
  let stopping = false;
  const streams = new OpenStreams({ keepAliveMs: options.timeouts?.keepAliveMs });
  const notReady = () => (stopping ? "The bot is stopping." : (options.notReady?.() ?? null));
  const { tokens, sessions, repeats } = options.engine;
  const site = createSite(options.publicUrl);
  const app = createApp({
    routes: routesOf(options, site, notReady),
    access: createAccess({ ...options, tokens, sessions, site }),
    ...{ tokens, sessions, repeats, site, streams },
    errorPage: showError,
    isAdmin: (by) => options.engine.access.isAdmin(by),
    limits: createRateLimits(options.rateLimit),
    clientAddress: createClientAddress(options.trustedProxies ?? []),
    logger: options.logger,
    onAnswered: (request) => options.telemetry?.answered(request),
  });
  const handler = createListener({
    app,
    logger: options.logger,
    extraHandlers: new Map(Object.entries(options.extraHandlers ?? {})),
  });
  const server = createHttpServer(options.timeouts ?? {}, (request, response) => {
    if (stopping) response.shouldKeepAlive = false;
    // A connection that was busy when the server began to stop would stay open for another request.
    response.once("close", () => {
      if (stopping) setImmediate(() => server.closeIdleConnections());
    });
    handler(request, response);
  });
  limitConnections(server, options.maxConnections ?? 1000);
  return {
    async start() {
      await listen(server, options);
      options.logger.info({ host: options.host, port: portOf(server) }, "HTTP is listening");
      return { port: portOf(server) };
    },
    async stop() {
      stopping = true;
      streams.close();
      await close(server, options.timeouts?.stopMs ?? 5000);
    },
  };
}

function routesOf(options: WebServerOptions, site: Site, notReady: Readiness): readonly Route[] {
  const { engine, telemetry, apiToken, signIn: slack } = options;
  return [
    ...workflowRoutes(engine),
    ...graphRoutes(engine),
    ...generateRoutes(engine),
    ...executeRoutes(engine),
    ...executionRoutes(engine),
    ...streamRoutes(engine),
    ...fileRoutes(engine),
    ...promptRoutes(engine),
    ...evaluationRoutes(engine),
    ...migrateRoutes(engine),
    ...retryRoutes(engine),
    ...pauseRoutes(engine),
    ...dataRoutes(engine),
    ...jobRoutes(engine),
    ...triggerRoutes(engine),
    ...auditRoutes(engine),
    ...metricsRoutes(engine),
    ...budgetRoutes(engine),
    ...(telemetry ? telemetryRoutes(engine, telemetry) : []),
    ...dashboardRoutes(engine),
    ...templateRoutes(engine),
    ...webhookRoutes(engine),
    ...eventRoutes(engine),
    ...healthRoutes(engine, notReady),
    ...openApiRoutes(),
    ...consoleRoutes({ engine, site, ...omitUndefined({ apiToken, slack }) }),
  ];
}

function createHttpServer(timeouts: Timeouts, listener: RequestListener): Server {
  const requestTimeout = timeouts.requestMs ?? 30_000;
  const headersTimeout = Math.min(requestTimeout, timeouts.headersMs ?? 10_000);
  const server = createServer(
    {
      requestTimeout,
      headersTimeout,
      // Interval at which Node checks for late requests.
      connectionsCheckingInterval: Math.min(5000, headersTimeout),
      keepAliveTimeout: 10_000,
    },
    listener,
  );
  server.maxRequestsPerSocket = 1000;
  // One more than are served, so that a request with more is recognized.
  server.maxHeadersCount = MAX_HEADERS + 1;
  server.on("clientError", respondToMalformedRequest);
  return server;
}

async function listen(server: Server, { host, port }: WebServerOptions): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => reject(listenError(cause, host, port)));
    server.listen({ host: bareHost(host), port }, resolve);
  });
}

function listenError(cause: NodeJS.ErrnoException, host: string, port: number): AppError {
  const why =
    cause.code === "EADDRINUSE"
      ? `Port ${port} is taken by another program: set PORT to a free one.`
      : `Cannot listen on ${host}:${port} (${cause.code ?? "unknown reason"}): check HOST and PORT.`;
  return new AppError({ code: "config_invalid", message: why, cause });
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function close(server: Server, graceMs: number): Promise<void> {
  if (!server.listening) return;
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(timer);
}
