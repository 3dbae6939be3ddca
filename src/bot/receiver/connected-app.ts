import type { RequestListener } from "node:http";
import { type App, type AppOptions, HTTPReceiver, LogLevel } from "@slack/bolt";
import type { Logger as SlackLogger } from "@slack/web-api";
import type { Logger } from "pino";
import type { Clock } from "../../engine/ports/clock.ts";
import { AppError } from "../../shared/errors.ts";
import { DEFAULT_API_URL, toSlackLogger } from "../../slack/clients.ts";
import type { Slack } from "../../slack/slack.ts";
import {
  SOCKET_DEFAULTS,
  SocketPool,
  type SocketPoolOptions,
  type SocketSettings,
} from "../../slack/socket/socket-pool.ts";
import { EventGate, type EventGateOptions, GatedApp } from "./event-gate.ts";
import { SocketReceiver } from "./socket-receiver.ts";

/** How the app is connected to Slack. */
export interface ConnectionConfig {
  readonly botToken: string;
  /** Given: Socket Mode. */
  readonly appToken: string | null;
  /** HTTP mode, if there is no app token. */
  readonly signingSecret: string | null;
  /** `null`: Slack's own. */
  readonly apiUrl: string | null;
  /** @default {@link SOCKET_DEFAULTS} */
  readonly sockets?: Partial<SocketSettings>;
}

export interface ConnectedAppOptions {
  readonly config: ConnectionConfig;
  readonly slack: Slack;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly otherProcesses?: () => Promise<number>;
  readonly onEventsLimited: EventGateOptions["onEventsLimited"];
}

export interface ConnectedApp {
  readonly app: App;
  /** Else requests are waited for. */
  readonly isSocketMode: boolean;
  /** Answers POST {@link EVENTS_PATH} with the body unread; `null` in Socket Mode. */
  readonly requestHandler: RequestListener | null;
}

export const EVENTS_PATH = "/slack/events";

/**
 * A Bolt app with what brings it commands, clicks and events. It calls nothing before it is started.
 *
 * @throws {AppError} `config_invalid` if there is neither an app token nor a signing secret.
 */
export function createConnectedApp(options: ConnectedAppOptions): ConnectedApp {
  const { slack, clock, logger, onEventsLimited } = options;
  const slackLogger = toSlackLogger(logger);
  const receiver = createReceiver(options, slackLogger);
  const gate = new EventGate({
    onReceived: () => slack.health.meters.received(clock.now()),
    onEventsLimited,
  });
  const app = createApp(options, receiver, gate, slackLogger);
  app.error(async (error) => {
    logger.error({ err: error }, "a listener failed");
    // An event that failed is not acknowledged, so that Slack sends it again.
    throw error;
  });
  const isSocketMode = receiver instanceof SocketReceiver;
  return {
    ...{ app, isSocketMode },
    requestHandler: isSocketMode ? null : postOnly(receiver.requestListener),
  };
}

/** The receiver throws at every other method, so that one `GET` from outside would end the process. */
function postOnly(listener: RequestListener): RequestListener {
  return (request, response) => {
    if (request.method === "POST") listener(request, response);
    else response.writeHead(405, { Allow: "POST" }).end();
  };
}

function createReceiver(
  options: ConnectedAppOptions,
  slackLogger: SlackLogger,
): SocketReceiver | HTTPReceiver {
  const { config } = options;
  const { appToken, signingSecret } = config;
  if (appToken !== null)
    return new SocketReceiver(
      (receive) => new SocketPool(socketOptions(options, appToken, receive, slackLogger)),
      options,
    );
  if (signingSecret !== null)
    return new HTTPReceiver({ signingSecret, endpoints: EVENTS_PATH, logger: slackLogger });
  throw new AppError({
    code: "config_invalid",
    message:
      "Set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET to receive events over HTTP.",
  });
}

function socketOptions(
  { config, slack, clock, logger, otherProcesses }: ConnectedAppOptions,
  appToken: string,
  onEnvelope: SocketPoolOptions["onEnvelope"],
  slackLogger: SlackLogger,
): SocketPoolOptions {
  const { fetch, dispatcher, health } = slack;
  return {
    ...{ appToken, fetch, dispatcher, clock, logger, slackLogger, onEnvelope },
    apiUrl: config.apiUrl ?? DEFAULT_API_URL,
    settings: { ...SOCKET_DEFAULTS, ...config.sockets },
    meters: health.meters,
    onRefused: (code) => health.refuseApp(code),
    otherProcesses: otherProcesses ?? (async () => 0),
  };
}

/** The options are an object of its own, and have no `headers`: Bolt writes settings and tokens into what it is given. */
function createApp(
  { config, slack }: ConnectedAppOptions,
  receiver: SocketReceiver | HTTPReceiver,
  gate: EventGate,
  logger: SlackLogger,
): App {
  const options: AppOptions = {
    token: config.botToken,
    receiver,
    logger,
    logLevel: logger.getLevel() === LogLevel.DEBUG ? LogLevel.DEBUG : LogLevel.INFO,
    // Otherwise the constructor calls Slack at once, and no caller could catch a refusal.
    deferInitialization: true,
    clientOptions: {
      slackApiUrl: config.apiUrl ?? DEFAULT_API_URL,
      fetch: slack.fetch,
      timeout: 10_000,
      retryConfig: { retries: 2, minTimeout: 200, maxTimeout: 2000 },
    },
  };
  return new GatedApp(options, gate);
}
