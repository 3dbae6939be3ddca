import type { RequestListener } from "node:http";
import { App, HTTPReceiver, LogLevel, SocketModeReceiver } from "@slack/bolt";
import type { Logger as SlackLogger, WebClient } from "@slack/web-api";
import type { Logger } from "pino";
import type { Engine } from "../engine/api/engine.ts";
import type { CardStore } from "../engine/ports/cards.ts";
import type { Clock } from "../engine/ports/clock.ts";
import type { Directory } from "../engine/ports/directory.ts";
import { AppError } from "../shared/errors.ts";
import type { SlackAccess } from "../slack/clients.ts";
import { createBulkClient, createLookupClient, DEFAULT_API_URL } from "../slack/clients.ts";
import { connect } from "../slack/connect.ts";
import { createDirectory } from "../slack/directory.ts";
import { createGroupFinder } from "../slack/groups.ts";
import { toSlackLogger } from "../slack/logger.ts";
import { createRecentKeys } from "../slack/recent.ts";
import { showSentence } from "../slack/text.ts";
import { createHomePublisher } from "./home/publisher.ts";
import { registerListeners } from "./listeners/index.ts";
import { createRights } from "./permissions.ts";
import type { ReconcilerOptions } from "./reconciler/reconciler.ts";
import { Reconciler } from "./reconciler/reconciler.ts";
import { message, section } from "./views/blocks/build.ts";

export interface SlackBotConfig {
  readonly botToken: string;
  /** Given: Socket Mode. */
  readonly appToken: string | null;
  /** HTTP mode, if there is no app token. */
  readonly signingSecret: string | null;
  /** `null`: Slack's own. */
  readonly apiUrl: string | null;
  /** `/workflow`. */
  readonly slashCommand: string;
  /** User ids that are admins whatever Slack says. */
  readonly admins: readonly string[];
}

export interface SlackBotOptions {
  readonly config: SlackBotConfig;
  readonly engine: Engine;
  readonly cards: CardStore;
  readonly onProcessDied: ReconcilerOptions["onProcessDied"];
  readonly logger: Logger;
  readonly clock: Clock;
}

export interface SlackBot {
  /**
   * Connects and begins to bring all cards up to date. Resolves after a few seconds even if Slack is away.
   *
   * @throws {AppError} `config_invalid` when Slack refuses the tokens.
   */
  start(): Promise<void>;
  stop(): Promise<void>;
  /**
   * Tells the admins of the configuration, and whom else it concerns, in a direct message.
   *
   * @param text - plain text; `<@U…>` mentions somebody.
   * @returns `false` if nobody could be told.
   */
  tellAdmins(text: string, concerns?: string): Promise<boolean>;
  readonly directory: Directory;
  /** Client that neither waits nor repeats, for the `slack` service. */
  readonly slackClient: WebClient;
  /** HTTP mode: answers POST {@link EVENTS_PATH}. Needs the request with its body unread, for the signature. */
  readonly requestHandler: RequestListener | null;
}

export const EVENTS_PATH = "/slack/events";

/**
 * A socket whose pongs are older than this is given up, and a lost one is replaced after as long. Below the three seconds for
 * which Slack keeps a click that it could not deliver.
 */
const PING_TIMEOUT_MS = 2000;

/** Events that are remembered so that a second delivery is recognized; Slack repeats within minutes. */
const REMEMBERED_EVENTS = 5000;

/**
 * Puts the bot together. Nothing is called before `start`.
 *
 * @throws {AppError} `config_invalid` if there is neither an app token nor a signing secret.
 */
export function createSlackBot(options: SlackBotOptions): SlackBot {
  const { config, engine, clock, logger } = options;
  const slackLogger = toSlackLogger(logger);
  const access: SlackAccess = {
    botToken: config.botToken,
    ...(config.apiUrl === null ? {} : { apiUrl: config.apiUrl }),
  };
  const bulk = createBulkClient(access, slackLogger);
  const lookup = createLookupClient(access, slackLogger);
  const directory = createDirectory(lookup, clock);
  const receiver = createReceiver(config, slackLogger);
  const app = createApp(config, receiver, slackLogger);
  const groups = createGroupFinder(lookup, clock);
  const { cards, onProcessDied } = options;
  const keeper = new Reconciler({
    engine,
    cards,
    onProcessDied,
    client: bulk,
    groups,
    clock,
    logger,
  });
  const rights = createRights(directory, config.admins);
  const command = config.slashCommand;
  registerListeners(app, {
    engine,
    rights,
    clock,
    logger,
    command,
    events: createRecentKeys(REMEMBERED_EVENTS),
    groups,
    home: createHomePublisher({ engine, rights, client: lookup, clock, command }),
    client: lookup,
  });
  app.error(async (error) => logger.error({ err: error }, "a listener failed"));
  const stopping = new AbortController();
  const isSocket = receiver instanceof SocketModeReceiver;
  return {
    start: async () => {
      await connect({ app, opensSocket: isSocket, clock, logger, signal: stopping.signal });
      await keeper.start();
    },
    stop: async () => {
      stopping.abort();
      if (isSocket) await app.stop();
      await keeper.stop();
    },
    tellAdmins: (text, concerns) => tellAll([...config.admins, concerns], text, lookup, logger),
    directory,
    slackClient: bulk,
    requestHandler: receiver instanceof HTTPReceiver ? postOnly(receiver.requestListener) : null,
  };
}

async function tellAll(
  people: readonly (string | undefined)[],
  text: string,
  client: WebClient,
  logger: Logger,
): Promise<boolean> {
  let isTold = false;
  for (const users of new Set(people)) {
    if (users === undefined) continue;
    try {
      const { channel } = await client.conversations.open({ users });
      if (channel?.id === undefined) continue;
      const told = showSentence(text);
      await client.chat.postMessage({
        channel: channel.id,
        ...message(told, [section(`:information_source: ${told}`)]),
      });
      isTold = true;
    } catch (error) {
      logger.warn({ user: users, err: error }, "somebody could not be told in a direct message");
    }
  }
  return isTold;
}

/** The receiver throws at every other method; anybody could end the process with a `GET`. */
function postOnly(listener: RequestListener): RequestListener {
  return (request, response) => {
    if (request.method === "POST") listener(request, response);
    else response.writeHead(405, { Allow: "POST" }).end();
  };
}

/**
 * Each gets option objects of its own, and never `headers`: Bolt writes retry settings and tokens into what it is given, and
 * whoever shares the object gets them.
 */
function createReceiver(
  config: SlackBotConfig,
  logger: SlackLogger,
): SocketModeReceiver | HTTPReceiver {
  const slackApiUrl = config.apiUrl ?? DEFAULT_API_URL;
  if (config.appToken !== null) {
    return new SocketModeReceiver({
      appToken: config.appToken,
      logger,
      clientPingTimeout: PING_TIMEOUT_MS,
      installerOptions: {
        clientOptions: {
          slackApiUrl,
          // A reconnect that gives up ends the process; one that waits ever longer comes back late after an outage.
          retryConfig: {
            forever: true,
            retries: 1,
            factor: 1.3,
            minTimeout: 500,
            maxTimeout: 2000,
          },
        },
      },
    });
  }
  if (config.signingSecret !== null) {
    return new HTTPReceiver({
      signingSecret: config.signingSecret,
      endpoints: EVENTS_PATH,
      logger,
    });
  }
  throw new AppError({
    code: "config_invalid",
    message:
      "Set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET to receive events over HTTP.",
  });
}

function createApp(
  config: SlackBotConfig,
  receiver: SocketModeReceiver | HTTPReceiver,
  logger: SlackLogger,
): App {
  return new App({
    token: config.botToken,
    receiver,
    logger,
    logLevel: logger.getLevel() === LogLevel.DEBUG ? LogLevel.DEBUG : LogLevel.INFO,
    // Otherwise the constructor asks Slack at once, and a refusal is nobody's to catch.
    deferInitialization: true,
    clientOptions: {
      slackApiUrl: config.apiUrl ?? DEFAULT_API_URL,
      timeout: 10_000,
      retryConfig: { retries: 2, minTimeout: 200, maxTimeout: 2000 },
    },
  });
}
