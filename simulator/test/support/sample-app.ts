import { createServer } from "node:net";
import { App, LogLevel, SocketModeReceiver } from "@slack/bolt";
import { openSimulator, type Simulator, type SimulatorOptions } from "../../simulator.ts";
import { addListeners } from "./sample-listeners.ts";
import { sampleManifest } from "./sample-manifest.ts";

export interface SampleSetup extends AsyncDisposable {
  readonly app: App;
  readonly simulator: Simulator;
}

/** A real Bolt app and a simulator that talk to each other, by sockets or by HTTP. */
export async function startSample(
  mode: "socket" | "http",
  options: SimulatorOptions = {},
  add: (app: App) => void = addListeners,
): Promise<SampleSetup> {
  const port = mode === "http" ? await freePort() : undefined;
  const simulator = await openSimulator({
    manifest: sampleManifest,
    ...options,
    ...(port === undefined ? {} : { eventsUrl: `http://127.0.0.1:${port}/slack/events` }),
  });
  const app = mode === "http" ? httpApp(simulator) : socketApp(simulator);
  add(app);
  await app.init();
  await (port === undefined ? app.start() : app.start(port));
  return {
    app,
    simulator,
    async [Symbol.asyncDispose]() {
      await app.stop();
      await allSocketsClosed(simulator);
      await simulator[Symbol.asyncDispose]();
    },
  };
}

/** Bolt's `stop` ends before the closing handshake; a server that is gone by then keeps its process alive for 30 s. */
async function allSocketsClosed({ workspace }: Simulator): Promise<void> {
  if (workspace.sockets.connections === 0) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const unsubscribe = workspace.feed.subscribe(() => {
    if (workspace.sockets.connections === 0) resolve();
  });
  await promise;
  unsubscribe();
}

/** A socket app alone, for tests with several. */
function socketApp(simulator: Simulator): App {
  const slackApiUrl = simulator.apiUrl;
  const receiver = new SocketModeReceiver({
    appToken: "xapp-simulator",
    logLevel: LogLevel.ERROR,
    clientPingTimeout: 200,
    installerOptions: { clientOptions: { slackApiUrl } },
  });
  return new App({
    token: "xoxb-simulator",
    receiver,
    logLevel: LogLevel.ERROR,
    deferInitialization: true,
    clientOptions: { slackApiUrl, retryConfig: { retries: 0 } },
  });
}

function httpApp(simulator: Simulator): App {
  return new App({
    token: "xoxb-simulator",
    signingSecret: "simulator",
    logLevel: LogLevel.ERROR,
    deferInitialization: true,
    clientOptions: { slackApiUrl: simulator.apiUrl, retryConfig: { retries: 0 } },
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (typeof address !== "object" || address === null) throw new Error("No port.");
  return address.port;
}
