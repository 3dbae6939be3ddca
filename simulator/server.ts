import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { MethodRegistry } from "./api/method.ts";
import { handleResponseUrl } from "./api/respond.ts";
import { handleApiCall } from "./api/router.ts";
import type { Fakes } from "./fakes.ts";
import { type EventStream, openEventStream } from "./http/event-stream.ts";
import { handleUserFile, receiveUpload, sendFile } from "./http/file-transfer.ts";
import type { LiveSockets } from "./http/live-sockets.ts";
import { sendPageFile } from "./http/page-files.ts";
import { BodyTooLarge } from "./http/read-body.ts";
import { send, sendJson } from "./http/send.ts";
import { streamChanges, streamTraffic } from "./http/streams.ts";
import { handleOpenId } from "./openid/authorize.ts";
import { reportError } from "./report-error.ts";
import { handleUserAction } from "./user-actions/router.ts";
import type { Workspace } from "./workspace/workspace.ts";

export interface ServerParts {
  readonly workspace: Workspace;
  readonly methods: MethodRegistry;
  readonly fakes: Fakes;
  readonly pages: LiveSockets;
  /** Whether only this machine can reach the server. */
  readonly isLoopback: boolean;
}

type Route = (parts: ServerParts, request: IncomingMessage, response: ServerResponse) => unknown;

/** Routes by the first part of the path. */
const ROUTES: Readonly<Record<string, Route>> = {
  "": (_parts, request, response) => sendPageFile(request, response),
  page: (_parts, request, response) => sendPageFile(request, response),
  api: ({ workspace, methods }, request, response) =>
    handleApiCall(workspace, methods, request, response),
  response: ({ workspace }, request, response) => handleResponseUrl(workspace, request, response),
  upload: ({ workspace }, request, response) => receiveUpload(workspace, request, response),
  files: ({ workspace }, request, response) => sendFile(workspace, request, response),
  sim: userActionRoute,
  v1: ({ fakes }, request, response) => fakes.model.handle(request, response),
  mail: ({ fakes }, request, response) =>
    fakes.mail?.handle(request, response) ?? sendNotFound(response),
  openid: ({ workspace }, request, response) => handleOpenId(workspace, request, response),
  // A permalink opens the page, which shows the message.
  archives: (_parts, request, response) => redirectToPage(request, response),
};

/** The HTTP server of a workspace; it does not listen yet. */
export function createSimulatorServer(parts: ServerParts): Server {
  const server = createServer((request, response) => {
    void answer(parts, request, response);
  });
  server.on("upgrade", (request, socket, head) => upgrade(parts, request, socket, head));
  // Bots keep connections open between calls; the default of 5 s makes them meet a closed one now and then.
  server.keepAliveTimeout = 65_000;
  return server;
}

/** Streams, by Server-Sent Events or WebSocket. */
const STREAMS: Readonly<
  Record<string, (workspace: Workspace, request: IncomingMessage, stream: EventStream) => void>
> = {
  "/sim/stream": streamChanges,
  "/sim/inspector/stream": streamTraffic,
};

function streamFor(request: IncomingMessage): (typeof STREAMS)[string] | undefined {
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  return Object.hasOwn(STREAMS, pathname) ? STREAMS[pathname] : undefined;
}

/** Apps connect to `/socket`, pages to a stream. */
function upgrade(
  { workspace, pages, isLoopback }: ServerParts,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  const begin = streamFor(request);
  if (request.url?.startsWith("/socket") === true) workspace.sockets.upgrade(request, socket, head);
  else if (begin === undefined || !isLocalCaller(request, isLoopback)) socket.destroy();
  else {
    pages.open(workspace, request, socket, head, (stream) => begin(workspace, request, stream));
  }
}

async function answer(
  parts: ServerParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    if (!isLocalCaller(request, parts.isLoopback)) {
      sendJson(response, 403, {
        ok: false,
        error: "foreign_origin",
        message: "Requests from other sites are refused.",
      });
      return;
    }
    const first = /^\/([^/?#]*)/.exec(request.url ?? "/")?.[1] ?? "";
    const route = Object.hasOwn(ROUTES, first) ? ROUTES[first] : undefined;
    if (route === undefined) sendNotFound(response);
    else await route(parts, request, response);
  } catch (error) {
    if (error instanceof BodyTooLarge) {
      sendJson(response, 413, { ok: false, error: "request_too_large", message: error.message });
      return;
    }
    reportError(`The simulator failed to answer ${request.method} ${request.url}.`, error);
    sendJson(response, 500, { ok: false, error: "internal_error" });
  }
}

function userActionRoute(
  { workspace, fakes }: ServerParts,
  request: IncomingMessage,
  response: ServerResponse,
): unknown {
  const path = new URL(request.url ?? "/", "http://localhost").pathname;
  const begin = streamFor(request);
  if (begin !== undefined) return begin(workspace, request, openEventStream(workspace, response));
  if (path === "/sim/file") return handleUserFile(workspace, request, response);
  return handleUserAction(workspace, fakes, request, response);
}

function redirectToPage(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? "/", "http://localhost");
  const [, , channel = "", message = ""] = url.pathname.split("/");
  const ts = message.replace(/^p(\d+)(\d{6})$/, "$1.$2");
  const query = new URLSearchParams({ channel, message: ts });
  const threadTs = url.searchParams.get("thread_ts");
  if (threadTs !== null) query.set("thread", threadTs);
  send(response, 302, "text/plain; charset=utf-8", "", { location: `/?${query.toString()}` });
}

function sendNotFound(response: ServerResponse): void {
  send(response, 404, "text/plain; charset=utf-8", "There is nothing here.");
}

const LOCAL_NAMES: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * Whether a request comes from this machine.
 *
 * Any web page can make a browser send requests to this machine. Such requests carry the page's `Origin`, or, after DNS
 * rebinding, a foreign name in `Host`.
 */
function isLocalCaller(request: IncomingMessage, isLoopback: boolean): boolean {
  const host = request.headers.host ?? "";
  if (isLoopback && !LOCAL_NAMES.has(host.replace(/:\d+$/, ""))) return false;
  const { origin } = request.headers;
  if (origin === undefined) return true;
  return origin === `http://${host}` || origin === `https://${host}`;
}
