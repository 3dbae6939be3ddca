import { once } from "node:events";
import { connect } from "node:net";
import { pino } from "pino";
import { createCron } from "../../src/adapters/node-cron.ts";
import { createEngine, type EngineOptions, type RunningEngine } from "../../src/engine/engine.ts";
import { systemClock } from "../../src/engine/ports/clock.ts";
import { createStepTypes } from "../../src/engine/steps/index.ts";
import { createTriggerTypes } from "../../src/engine/triggers/types/index.ts";
import type { JsonObject } from "../../src/shared/json.ts";
import { openSqliteStore, type SqliteStore } from "../../src/store/sqlite/open.ts";
import { createWebServer, type WebServerOptions } from "../../src/web/server.ts";

/** The real server over the real engine on a store in memory, for the length of a test. */
export interface RunningWeb extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly engine: RunningEngine;
  readonly store: SqliteStore;
  /** Calls with a body if one is given: text and bytes as they are, everything else as JSON. */
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Reply>;
  stop(): Promise<void>;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- the shape is what the tests check
  readonly body: any;
}

export async function startWeb(
  options: Partial<WebServerOptions> = {},
  revealSecrets: (params: JsonObject) => JsonObject = (params) => params,
  access: Pick<EngineOptions, "tokenOwner" | "admins" | "tokenRatePerSecond"> = {},
): Promise<RunningWeb> {
  const stack = new AsyncDisposableStack();
  const store = stack.use(await openSqliteStore({ path: ":memory:" }));
  const engine = createEngine({
    store,
    clock: systemClock,
    logger: options.logger ?? pino({ level: "silent" }),
    directory: {
      person: async (id) => ({
        id,
        name: id,
        isAdmin: false,
        isGuest: false,
        isStranger: false,
        isBot: false,
      }),
      groupMembers: async () => null,
      channelMembers: async () => null,
    },
    services: { get: () => undefined, names: () => [] },
    model: {
      complete: () => Promise.reject(new Error("These workflows ask no model.")),
    },
    stepTypes: createStepTypes({ defaultModel: "gpt-4o-mini" }),
    triggerTypes: createTriggerTypes({ cron: createCron() }),
    cron: createCron(),
    ...access,
    revealSecrets,
    hideSecrets: (text) => text,
    pollMs: 5000,
  });
  stack.defer(() => engine.stop());
  const web = createWebServer({
    engine,
    host: "127.0.0.1",
    port: 0,
    logger: pino({ level: "silent" }),
    ...options,
  });
  stack.defer(() => web.stop());
  const { port } = await web.start();
  await engine.run();
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    port,
    engine,
    store,
    stop: () => web.stop(),
    call: (method, path, body, headers) => call(`${url}${path}`, method, body, headers),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function call(
  url: string,
  method: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const response = await fetch(url, {
    method,
    headers,
    ...(body !== undefined && { body: toBody(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === "" ? null : JSON.parse(text),
  };
}

function toBody(body: unknown): string | Buffer<ArrayBuffer> {
  if (typeof body === "string") return body;
  return body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body);
}

/** Sends bytes as they are and gives back all that the server answers until it closes the connection. */
export async function sendRaw(
  port: number,
  ...parts: readonly (string | Buffer)[]
): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  // A server that has said enough may close while we still write.
  socket.on("error", () => undefined);
  for (const part of parts) socket.write(part);
  await once(socket, "close");
  return Buffer.concat(chunks).toString();
}

/** A request of a few lines, as bytes; it asks the server to close the connection. */
export function rawRequest(line: string, headers: readonly string[], body = ""): string {
  const length = body === "" ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
  return [`${line} HTTP/1.1`, ...headers, ...length, "Connection: close", "", body].join("\r\n");
}

/** Doubles an amount: ends by itself, at once. */
export const doubling = {
  id: "doubling",
  name: "Doubling",
  inputs: { amount: { type: "number", required: true } },
  steps: [{ id: "double", type: "transform", config: { expression: "variables.amount * 2" } }],
};

/** Waits for an hour: stays until it is cancelled. */
export const waiting = {
  id: "waiting",
  name: "Waiting",
  steps: [{ id: "pause", type: "wait", config: { duration: "1h" } }],
};

/** Resolves when the execution has reached a status. */
export async function untilStatus(
  engine: RunningEngine,
  executionId: string,
  status: string,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const look = (): void => {
    engine.executions.get(executionId).then((view) => view.status === status && resolve(), reject);
  };
  const end = engine.executions.onCommitted((changed) => changed === executionId && look());
  look();
  await promise.finally(end);
}
