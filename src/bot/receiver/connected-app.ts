import type { RequestListener } from "node:http";
import {
  type App,
  type AppOptions,
  HTTPModuleFunctions,
  HTTPReceiver,
  type HTTPReceiverOptions,
  LogLevel,
} from "@slack/bolt";
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
import { onlySigned } from "./signed-requests.ts";
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
  /** Errors of listeners; all others that the receiver gets are about what Slack sent. */
  const ofListeners = new WeakSet<object>();
  const receiver = createReceiver(options, slackLogger, ofListeners);
  const gate = new EventGate({
    onReceived: () => slack.health.meters.received(clock.now()),
    onEventsLimited,
    onMalformed: (member) =>
      logger.warn({ member }, "Slack sent something in a form that is not known; it was left out"),
  });
  const app = createApp(options, receiver, gate, slackLogger);
  app.error(async (error) => {
    logger.error({ err: error }, "a listener failed");
    ofListeners.add(error);
    // An event that failed is not acknowledged, so that Slack sends it again.
    throw error;
  });
  const isSocketMode = receiver instanceof SocketReceiver;
  return { app, isSocketMode, requestHandler: createRequestHandler(options, receiver) };
}

function createRequestHandler(
  { config: { signingSecret }, clock, logger }: ConnectedAppOptions,
  receiver: SocketReceiver | HTTPReceiver,
): RequestListener | null {
  if (receiver instanceof SocketReceiver || signingSecret === null) return null;
  return onlySigned(receiver.requestListener, { signingSecret, clock, logger });
}

function createReceiver(
  options: ConnectedAppOptions,
  slackLogger: SlackLogger,
  ofListeners: WeakSet<object>,
): SocketReceiver | HTTPReceiver {
  const { config } = options;
  const { appToken, signingSecret } = config;
  if (appToken !== null)
    return new SocketReceiver(
      (receive) => new SocketPool(socketOptions(options, appToken, receive, slackLogger)),
      options,
    );
  if (signingSecret !== null)
    return new HTTPReceiver({
      ...{ signingSecret, endpoints: EVENTS_PATH, logger: slackLogger },
      processEventErrorHandler: answerError(ofListeners),
    });
  throw new AppError({
    code: "config_invalid",
    message:
      "Set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET to receive events over HTTP.",
  });
}

/** What Bolt cannot read is refused; it would be answered as an error of the bot. */
function answerError(
  ofListeners: WeakSet<object>,
): NonNullable<HTTPReceiverOptions["processEventErrorHandler"]> {
  return async (args) => {
    const { error, response } = args;
    if (!(error instanceof TypeError) || ofListeners.has(error) || response.headersSent)
      return HTTPModuleFunctions.defaultProcessEventErrorHandler(args);
    args.logger.warn("A signed request of Slack's could not be read", error);
    response.writeHead(400).end();
    return true;
  };
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
