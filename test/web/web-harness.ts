import { pino } from "pino";
import { createWebServer, type WebServerOptions } from "../../src/web/server.ts";
import { WorkflowHarness, type WorkflowHarnessOptions } from "../support/workflow-harness.ts";

/** The real server over an engine whose model and clock are the test's. */
export interface WebHarness extends AsyncDisposable {
  readonly harness: WorkflowHarness;
  readonly url: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- the shape is what the tests check
  get(path: string): Promise<{ readonly status: number; readonly body: any }>;
  // oxlint-disable-next-line typescript/no-explicit-any -- the shape is what the tests check
  post(path: string, body: unknown): Promise<{ readonly status: number; readonly body: any }>;
}

export async function startWebHarness(
  definition: unknown,
  options: WorkflowHarnessOptions = {},
  server: Partial<WebServerOptions> = {},
): Promise<WebHarness> {
  const stack = new AsyncDisposableStack();
  const harness = stack.use(await WorkflowHarness.open(definition, options));
  const web = createWebServer({
    engine: harness.engine,
    host: "127.0.0.1",
    port: 0,
    logger: pino({ level: "silent" }),
    ...server,
  });
  stack.defer(() => web.stop());
  const url = `http://127.0.0.1:${(await web.start()).port}`;
  return {
    harness,
    url,
    async get(path) {
      const response = await fetch(`${url}${path}`, { headers: { accept: "application/json" } });
      return { status: response.status, body: await response.json() };
    },
    async post(path, body) {
      const response = await fetch(`${url}${path}`, { method: "POST", body: JSON.stringify(body) });
      return { status: response.status, body: await response.json() };
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
