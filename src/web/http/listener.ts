import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { getRequestListener, RequestError } from "@hono/node-server";
import type { Logger } from "pino";
import { asAppError } from "../../shared/errors.ts";
import { discardRest } from "../../shared/request-body.ts";
import type { App } from "./app.ts";
import { toErrorResponse } from "./error-response.ts";
import { hasTooManyHeaders, pathOf } from "./target.ts";
import { SECURITY_HEADERS } from "./to-response.ts";

export interface ListenerOptions {
  readonly app: App;
  readonly logger: Logger;
  /** Paths with a handler of their own for the raw request, such as Slack's events. */
  readonly extraHandlers: ReadonlyMap<string, RequestListener>;
}

/** Handles every request of a server of Node's. */
export function createListener({ app, logger, extraHandlers }: ListenerOptions): RequestListener {
  return (request, response) => {
    const extra = extraHandlers.get(pathOf(request.url ?? ""));
    if (extra === undefined || hasTooManyHeaders(request))
      void callApp({ app, logger }, request, response);
    else callExtra(extra, request, response, logger);
  };
}

/** Never rejects. */
async function callApp(
  { app, logger }: Pick<ListenerOptions, "app" | "logger">,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const env = { incoming, outgoing };
  const listener = getRequestListener((request) => app.fetch(request, env), {
    // Other parts of the process have use for the ones of Node.
    overrideGlobalObjects: false,
    // Bodies are read, drained and thrown away here, within limits.
    autoCleanupIncoming: false,
    // What makes no URL, such as an odd Host, is refused like everything else, by the rules of the app, which does not go by URLs.
    errorHandler(error) {
      if (error instanceof RequestError) return app.fetch(standIn(incoming), env);
      logger.error({ err: error }, "request failed");
      return new Response(null, { status: 500, headers: SECURITY_HEADERS });
    },
  });
  await listener(incoming, outgoing);
  // Node reads what a route left unread, and would leave its memory to the collector.
  if (!incoming.complete) discardRest(incoming);
}

/** A request of the same method. */
function standIn({ method = "GET" }: IncomingMessage): Request {
  return Object.defineProperty(new Request("http://localhost/"), "method", { value: method });
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
    if (response.headersSent) return;
    const { status, body } = toErrorResponse(error, "");
    response.writeHead(status, { ...SECURITY_HEADERS, "Content-Type": "application/json" });
    response.end(JSON.stringify(body));
  }
}
