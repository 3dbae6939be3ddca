import type { RequestListener } from "node:http";
import { App, HTTPReceiver, LogLevel, SocketModeReceiver } from "@slack/bolt";
import type { Logger as SlackLogger, WebClient } from "@slack/web-api";
import type { Logger } from "pino";
import type { Engine } from "../engine/api/engine.ts";
import type { CardStore } from "../engine/ports/cards.ts";
import type { Clock } from "../engine/ports/clock.ts";
import type { DedupeStore } from "../engine/ports/store.ts";
import { AppError } from "../shared/errors.ts";
import { omitUndefined } from "../shared/omit-undefined.ts";
import { DEFAULT_API_URL, toSlackLogger } from "../slack/clients.ts";
import { connect } from "../slack/connect.ts";
import type { Slack } from "../slack/slack.ts";
import { showSentence } from "../slack/text.ts";
import { RecentKeys } from "./context.ts";
import { createHomePublisher } from "./home/publisher.ts";
import { registerListeners } from "./listeners/index.ts";
import { refuseOtherWorkspaces } from "./listeners/own-workspace.ts";
import { createCardLinks } from "./reconciler/card-links.ts";
import { approvalId } from "./reconciler/message-ids.ts";
import { Reconciler, type ReconcilerOptions } from "./reconciler/reconciler.ts";
import { createSharedKeys } from "./shared-keys.ts";
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
  /** User ids that are admins whatever their role in Slack. */
  readonly admins: readonly string[];
}

export interface SlackBotOptions {
  readonly config: SlackBotConfig;
  readonly slack: Slack;
  readonly engine: Engine;
  readonly cards: CardStore;
  readonly dedupe: DedupeStore;
  readonly onProcessDied: ReconcilerOptions["onProcessDied"];
  readonly logger: Logger;
  readonly clock: Clock;
  /** How often open requests are checked again, in milliseconds. */
  readonly recheckMs?: number;
}

export interface SlackBot {
  /**
   * Connects and starts to reconcile all cards. Resolves after a few seconds even if Slack is away.
   *
   * @throws {AppError} `config_invalid` when Slack refuses the tokens.
   */
  start(): Promise<void>;
  stop(): Promise<void>;
  /**
   * Sends a direct message to the admins of the configuration, and to another person whom it concerns.
   *
   * @param text - plain text; `<@U…>` mentions a person.
   * @returns `false` if no message could be sent.
   */
  tellAdmins(text: string, concerns?: string): Promise<boolean>;
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
 * Builds the bot. It calls nothing before `start`.
 *
 * @throws {AppError} `config_invalid` if there is neither an app token nor a signing secret.
 */
export function createSlackBot(options: SlackBotOptions): SlackBot {
  const { config, engine, clock, logger } = options;
  const { cards, onProcessDied, slack } = options;
  const permissions = engine.access;
  const { lookup, groups } = slack;
  const slackLogger = toSlackLogger(logger);
  const receiver = createReceiver(config, slackLogger);
  const app = createApp(config, receiver, slackLogger);
  const reconciler = new Reconciler({
    ...{ engine, cards, onProcessDied, slack, clock, logger },
    admins: config.admins,
    ...omitUndefined({ recheckMs: options.recheckMs }),
  });
  const command = config.slashCommand;
  const learnWorkspace = refuseOtherWorkspaces(app, lookup, logger);
  registerListeners(app, {
    engine,
    permissions,
    clock,
    logger,
    command,
    events: new RecentKeys(REMEMBERED_EVENTS),
    keys: createSharedKeys(options.dedupe, clock),
    groups,
    workspace: slack,
    home: createHomePublisher({ engine, permissions, client: lookup, clock, command }),
    client: lookup,
    tellAdmins: (text) => tellAll(config.admins, text, lookup, logger),
    cards: {
      ...createCardLinks(lookup, cards),
      idOf: approvalId,
      deleted: (executionId, channel, ts) => reconciler.deleted(executionId, channel, ts),
    },
    spoken: new RecentKeys(REMEMBERED_EVENTS),
  });
  app.error(async (error) => logger.error({ err: error }, "a listener failed"));
  const stopping = new AbortController();
  const isSocket = receiver instanceof SocketModeReceiver;
  return {
    start: async () => {
      await connect({ app, opensSocket: isSocket, clock, logger, signal: stopping.signal });
      void learnWorkspace();
      await reconciler.start();
    },
    stop: async () => {
      stopping.abort();
      if (isSocket) await app.stop();
      await reconciler.stop();
    },
    tellAdmins: (text, concerns) => tellAll([...config.admins, concerns], text, lookup, logger),
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
      logger.warn({ user: users, err: error }, "could not send a direct message");
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
 * every user of a shared object would get them.
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
    // Otherwise the constructor calls Slack at once, and no caller could catch a refusal.
    deferInitialization: true,
    clientOptions: {
      slackApiUrl: config.apiUrl ?? DEFAULT_API_URL,
      timeout: 10_000,
      retryConfig: { retries: 2, minTimeout: 200, maxTimeout: 2000 },
    },
  });
}
