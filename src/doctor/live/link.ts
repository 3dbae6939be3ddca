import { once } from "node:events";
import { createServer } from "node:http";
import { App, HTTPReceiver, type ReceiverEvent } from "@slack/bolt";
import type { Logger } from "pino";
import type { Config } from "../../app/config.ts";
import { EVENTS_PATH } from "../../bot/receiver/connected-app.ts";
import { systemClock } from "../../engine/ports/clock.ts";
import { counted } from "../../shared/counted.ts";
import { bareHost } from "../../shared/host.ts";
import { networkCode } from "../../shared/network-error.ts";
import { DEFAULT_API_URL, toSlackLogger } from "../../slack/clients.ts";
import type { Transport } from "../../slack/proxy.ts";
import { SocketPool } from "../../slack/socket/socket-pool.ts";
import { type Click, type Received, receiveClick } from "./receive-click.ts";
import { type SocketFigures, SocketWatch } from "./socket-watch.ts";

/** What brings Slack's payloads here. */
export interface Link extends AsyncDisposable {
  /** `null`: payloads arrive. Else why not, and what to do. */
  readonly obstacle: { readonly what: string; readonly fix: string } | null;
  /** Resolves with the first click on the button that was asked for. */
  readonly click: Promise<Click>;
  /** How many pings were answered; `null` without a socket. */
  pings(): number | null;
  /** `null` without a socket. */
  figures(): SocketFigures | null;
}

export interface LinkOptions {
  readonly config: Config;
  readonly transport: Transport;
  readonly logger: Logger;
  /** Pings are three times as frequent. */
  readonly pingTimeoutMs: number;
}

/**
 * Opens a web socket of Socket Mode, as the bot does; in HTTP mode listens on the bot's port.
 *
 * A bot that runs with the same app keeps its payloads: where it has a connection already, this one
 * is closed again, since Slack sends each payload to any one of them.
 *
 * @throws {unknown} what Slack's client throws when it cannot connect.
 */
export function openLink(options: LinkOptions): Promise<Link> {
  const { appToken, signingSecret } = options.config.slack;
  return appToken === null ? listen(options, signingSecret ?? "") : connect(options, appToken);
}

async function connect(
  { config, transport, logger, pingTimeoutMs }: LinkOptions,
  appToken: string,
): Promise<Link> {
  const { promise: click, resolve } = Promise.withResolvers<Click>();
  const watch = new SocketWatch();
  const pool = new SocketPool({
    ...{ appToken, ...transport, logger, clock: systemClock, meters: watch.meters },
    apiUrl: config.slack.apiUrl ?? DEFAULT_API_URL,
    slackLogger: toSlackLogger(logger),
    settings: { count: 1, spacingMs: 0, pingTimeoutMs },
    onEnvelope: (envelope) => void take(envelope, resolve),
    onRefused: () => undefined,
    otherProcesses: async () => 0,
  });
  try {
    await pool.start();
  } catch (error) {
    watch[Symbol.dispose]();
    throw error;
  }
  const others = (watch.connectionsAtStart ?? 1) - 1;
  if (others > 0) await pool.stop();
  return {
    obstacle: others > 0 ? runningElsewhere(others) : null,
    click,
    pings: () => (others > 0 ? null : watch.pings),
    figures: () => watch.figures(),
    async [Symbol.asyncDispose]() {
      watch[Symbol.dispose]();
      await pool.stop();
    },
  };
}

async function take(received: Received, onClick: (click: Click) => void): Promise<void> {
  const click = await receiveClick(received).catch(() => null);
  if (click !== null) onClick(click);
}

function runningElsewhere(others: number) {
  return {
    what: `The app has ${counted(others, "other connection")}: a bot runs with it, or lately did. Slack would send the click to any of them.`,
    fix: "To test clicks, stop the bot, wait a minute, and try again; or give the test an app of its own.",
  };
}

async function listen({ config, logger }: LinkOptions, signingSecret: string): Promise<Link> {
  const slackLogger = toSlackLogger(logger);
  const receiver = new HTTPReceiver({ signingSecret, endpoints: EVENTS_PATH, logger: slackLogger });
  const { promise: click, resolve } = Promise.withResolvers<Click>();
  const options = { receiver, token: config.slack.botToken, logger: slackLogger };
  receiver.init(
    new ClickApp({ ...options, deferInitialization: true }, (event) => take(event, resolve)),
  );
  const server = createServer((request, response) => {
    if (request.method === "POST") receiver.requestListener(request, response);
    else response.writeHead(405, { Allow: "POST" }).end();
  });
  const { host, port } = config.web;
  const none = { click, pings: () => null, figures: () => null };
  try {
    server.listen({ host: bareHost(host), port });
    await once(server, "listening");
  } catch (error) {
    const what = `This test cannot listen on ${host}:${port} (${networkCode(error) ?? "no reason"}): if the bot has the port, clicks go to it.`;
    const fix = "To test clicks, stop the bot, and try again.";
    return { ...none, obstacle: { what, fix }, [Symbol.asyncDispose]: async () => undefined };
  }
  return {
    ...none,
    obstacle: null,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Hands over what a receiver brings, unlike Bolt's own, which acknowledges all events. */
class ClickApp extends App {
  readonly #take: (event: ReceiverEvent) => Promise<void>;

  constructor(
    options: ConstructorParameters<typeof App>[0],
    take: (event: ReceiverEvent) => Promise<void>,
  ) {
    super(options);
    this.#take = take;
  }

  override processEvent(event: ReceiverEvent): Promise<void> {
    return this.#take(event);
  }
}
