import type { RequestListener } from "node:http";
import type { WebClient } from "@slack/web-api";
import type { Logger } from "pino";
import type { Engine } from "../engine/api/engine.ts";
import type { CardStore } from "../engine/ports/cards.ts";
import type { Clock } from "../engine/ports/clock.ts";
import type { DedupeStore, KeyValueStore } from "../engine/ports/store.ts";
import { omitUndefined } from "../shared/omit-undefined.ts";
import { createAdminFinder } from "../slack/admin-finder.ts";
import { connect } from "../slack/connect.ts";
import type { Slack } from "../slack/slack.ts";
import { createAdminNotices, type NotifyAdmins } from "./admin-notices.ts";
import { createBotName } from "./bot-name.ts";
import { type BotCards, RecentKeys } from "./context.ts";
import { createLeftovers } from "./conversation/leftovers.ts";
import { createUnanswered } from "./conversation/unanswered.ts";
import { createHomePublisher, type HomePublisher } from "./home/publisher.ts";
import { registerListeners } from "./listeners/index.ts";
import { refuseOtherWorkspaces } from "./listeners/own-workspace.ts";
import {
  type ConnectionConfig,
  createConnectedApp,
  EVENTS_PATH,
} from "./receiver/connected-app.ts";
import { createLimitedEvents } from "./receiver/limited-events.ts";
import { createCardLinks } from "./reconciler/card-links.ts";
import { approvalId } from "./reconciler/message-ids.ts";
import { Reconciler, type ReconcilerOptions } from "./reconciler/reconciler.ts";
import { createSharedChannels } from "./shared-channels.ts";
import { createSharedKeys } from "./shared-keys.ts";
import { watchEngine } from "./watch-engine.ts";

export interface SlackBotConfig extends ConnectionConfig {
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
  /** Where is remembered who is notified if `admins` is empty, which messages wait for an answer, and which charts were uploaded. */
  readonly kv: KeyValueStore;
  /** Does no other process work on the store? @default false */
  readonly isAlone?: boolean;
  /** Other processes of the bot that are alive now. @default none */
  readonly otherProcesses?: () => Promise<number>;
}

export interface SlackBot {
  /**
   * Connects and starts to reconcile all cards. Resolves after a few seconds even if Slack is away.
   *
   * @throws {AppError} `config_invalid` when Slack refuses the tokens.
   */
  start(): Promise<void>;
  stop(): Promise<void>;
  readonly notifyAdmins: NotifyAdmins;
  /** HTTP mode: answers POST {@link EVENTS_PATH}. Needs the request with its body unread, for the signature. */
  readonly requestHandler: RequestListener | null;
}

export { EVENTS_PATH };

/** People who were led to the buttons are remembered, each with the request. */
const REMEMBERED_SPOKEN = 5000;

/**
 * Builds the bot. It calls nothing before `start`.
 *
 * @throws {AppError} `config_invalid` if there is neither an app token nor a signing secret.
 */
export function createSlackBot(options: SlackBotOptions): SlackBot {
  const { config, engine, clock, logger, cards, onProcessDied, slack, isAlone = false } = options;
  const permissions = engine.access;
  const { lookup, groups, health, files, sender } = slack;
  const admins = createAdminFinder({
    ...{ configured: config.admins, client: lookup, clock, logger, kv: options.kv },
  });
  const notifyAdmins = createAdminNotices({ admins, client: lookup, sender, logger });
  const { app, isSocketMode, requestHandler } = createConnectedApp({
    ...options,
    onEventsLimited: createLimitedEvents(notifyAdmins, { meters: health.meters, clock, logger }),
  });
  const reconciler = new Reconciler({
    ...{ engine, cards, onProcessDied, slack, clock, logger, admins, notifyAdmins },
    ...omitUndefined({ recheckMs: options.recheckMs }),
  });
  const command = config.slashCommand;
  const home = createHome(options, reconciler);
  const learnWorkspace = refuseOtherWorkspaces(app, lookup, logger);
  const keys = createSharedKeys(options.dedupe, clock);
  const unanswered = createUnanswered({ kv: options.kv, keys, clock, logger });
  const conversation = registerListeners(app, {
    ...{ engine, permissions, clock, logger, command, keys, unanswered, home },
    botName: createBotName(lookup),
    ...{ groups, workspace: slack, files, client: lookup, sender, notifyAdmins },
    shared: createSharedChannels(slack.channels, engine.sharing),
    doubtToken: (why) => health.doubtToken(lookup, why),
    cards: cardsOf(lookup, cards, reconciler),
    spoken: new RecentKeys(REMEMBERED_SPOKEN),
  });
  const leftovers = createLeftovers({
    ...{ conversation, unanswered, client: lookup, clock, logger, onProcessDied, isAlone },
  });
  const stopping = new AbortController();
  const stopWatching = watchEngine({ engine, slack, admins, notifyAdmins, command, logger });
  return {
    start: async () => {
      if (isSocketMode) health.expectSockets();
      await connect({
        ...{ app, opensSocket: isSocketMode, clock, logger, signal: stopping.signal },
        onRefused: (remedy) => health.refuse(remedy),
      });
      void learnWorkspace();
      await reconciler.start();
      leftovers.start();
      home.start();
    },
    stop: async () => {
      stopping.abort();
      stopWatching();
      leftovers.stop();
      if (isSocketMode) await app.stop();
      await home.stop();
      await reconciler.stop();
    },
    notifyAdmins,
    requestHandler,
  };
}

function createHome(
  { config, engine, slack, clock, logger, kv }: SlackBotOptions,
  reconciler: Pick<Reconciler, "refusals">,
): HomePublisher {
  const { lookup: client, groups, uploads } = slack;
  return createHomePublisher({
    ...{ engine, permissions: engine.access, groups, client, uploads, clock, logger, kv },
    command: config.slashCommand,
    refusals: () => reconciler.refusals(),
  });
}

function cardsOf(client: WebClient, cards: CardStore, reconciler: Reconciler): BotCards {
  return {
    ...createCardLinks(client, cards),
    idOf: approvalId,
    deleted: (executionId, channel, ts) => reconciler.deleted(executionId, channel, ts),
    resendRefused: (code) => reconciler.resendRefused(code),
    placeClosed: (channel) => reconciler.placeClosed(channel),
    stopped: (channel, threadTs) => reconciler.sessionStopped(channel, threadTs),
  };
}
