import { hostname } from "node:os";
import { join } from "node:path";
import { createOpenAiModelClient } from "./adapters/llm/openai-model-client.ts";
import { createCron } from "./adapters/node-cron.ts";
import { createSampleFiles } from "./adapters/sample-files.ts";
import { createSecretHider, createSecretRevealer } from "./adapters/secrets.ts";
import { type Config, loadConfig, type StoreConfig } from "./app/config.ts";
import { addPromptFolder } from "./app/deploy-prompts.ts";
import { deployFolder, tellNotices } from "./app/deploy-workflows.ts";
import { createLogger, type Logger } from "./app/log.ts";
import { readPricesFile } from "./app/prices-file.ts";
import { createSlackBot, EVENTS_PATH } from "./bot/app.ts";
import { createEngine, type RunningEngine } from "./engine/engine.ts";
import { systemClock } from "./engine/ports/clock.ts";
import type { Store } from "./engine/ports/store.ts";
import { secretsOfUrl } from "./services/database/connection-url.ts";
import {
  createDatabaseService,
  type DatabaseService,
} from "./services/database/database-service.ts";
import { createEmailService } from "./services/email/email-service.ts";
import { createHttpService } from "./services/http/http-service.ts";
import { createServiceRegistry } from "./services/registry.ts";
import { createSlackService } from "./services/slack/slack-service.ts";
import { asAppError, isAppError } from "./shared/errors.ts";
import { createBulkClient, createLookupClient } from "./slack/clients.ts";
import { createDirectory } from "./slack/directory.ts";
import { toSlackLogger } from "./slack/logger.ts";
import { createSlackNameChecks } from "./slack/name-checks.ts";
import { openMongoStore } from "./store/mongodb/open.ts";
import { secretsOfUri } from "./store/mongodb/uri.ts";
import { lockDataDir } from "./store/sqlite/lock.ts";
import { openSqliteStore } from "./store/sqlite/open.ts";
import { createWebServer } from "./web/server.ts";
import { createTelemetry, type Telemetry } from "./web/telemetry.ts";

/** `sysexits.h`: the configuration is wrong; starting again without changing it is useless. */
const EX_CONFIG = 78;
/** `sysexits.h`: a service that is needed does not answer; starting again later is what helps. */
const EX_UNAVAILABLE = 69;

/** How often the store is looked at, by kind. Who is alone is told of everything; else, without change streams, this is how one hears of the others. */
const POLL_MS = { sqlite: 5000, mongodb: 250 } as const;

/** How long attempts under way may take to end when the bot stops: most calls of services do within this. */
const STOP_GRACE_MS = 3000;

/** How long everything may take to stop before the process ends anyway: supervisors kill at 10 s. */
const STOP_MS = 8000;

/**
 * Puts the bot together from its configuration and starts it.
 *
 * @param outdated - told what to do when a newer version of the bot has taken the data over.
 * @returns what stops it again, in order.
 */
async function startBot(
  config: Config,
  logger: Logger,
  outdated: (remedy: string) => void,
): Promise<() => Promise<void>> {
  const stack = new AsyncDisposableStack();
  try {
    const store = await openStore(config.store, stack);
    const database = stack.use(createDatabaseService({ urls: config.databases }));
    const telemetry = createTelemetry();
    const engine = buildEngine(config, store, database, logger, telemetry, outdated);
    let isDraining = false;
    await addPromptFolder(engine, join(config.workflowsDir, "prompts"), logger);
    const notices = await deployFolder(engine, config.workflowsDir, logger);
    const bot = createSlackBot({
      config: config.slack,
      engine,
      cards: store.cards,
      onProcessDied: (listener) => engine.onProcessDied(listener),
      logger,
      clock: systemClock,
    });
    const web = createWebServer({
      engine,
      telemetry,
      host: config.web.host,
      port: config.web.port,
      logger,
      notReady: () => (isDraining ? "The bot is stopping." : null),
      ...(config.web.apiToken !== null && { apiToken: config.web.apiToken }),
      ...(bot.requestHandler && { extraHandlers: { [EVENTS_PATH]: bot.requestHandler } }),
    });
    stack.defer(() => web.stop());
    const { port } = await web.start();
    stack.defer(() => bot.stop());
    await bot.start();
    // Stopped first: the others take over at once, while what people are told still gets out.
    stack.defer(() => {
      isDraining = true;
      return engine.stop();
    });
    await engine.run();
    engine.costs.onBudgetWarning(({ budget, text }) =>
      bot.tellAdmins(text, budget.scope === "person" ? budget.subject : undefined),
    );
    await tellNotices(notices, store, (text, concerns) => bot.tellAdmins(text, concerns));
    const url = `http://${config.web.host}:${port}`;
    logger.info({ store: store.description, url }, "Heddle is running");
    const started = stack.move();
    return () => started.disposeAsync();
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

/** Opens the store. A data folder is taken for this process alone, and what an earlier one held in it is free again. */
async function openStore(config: StoreConfig, stack: AsyncDisposableStack): Promise<Store> {
  if (config.kind === "mongodb") return stack.use(await openMongoStore(config.uri));
  const { dataDir, synchronous } = config;
  stack.use(await lockDataDir(dataDir));
  const store = stack.use(await openSqliteStore({ path: join(dataDir, "heddle.db"), synchronous }));
  await store.leases.voidAll(systemClock.now());
  return store;
}

function buildEngine(
  config: Config,
  store: Store,
  database: DatabaseService,
  logger: Logger,
  telemetry: Telemetry,
  onOutdated: (remedy: string) => void,
): RunningEngine {
  const slackLogger = toSlackLogger(logger);
  const { botToken, apiUrl } = config.slack;
  const access = { botToken, ...(apiUrl !== null && { apiUrl }) };
  const { pricesFile } = config.model;
  const prices = pricesFile === null ? {} : readPricesFile(pricesFile);
  const lookups = createLookupClient(access, slackLogger);
  const directory = createDirectory(lookups, systemClock);
  return createEngine({
    store,
    clock: systemClock,
    logger,
    directory,
    nameChecks: {
      ...createSlackNameChecks(lookups, directory),
      connection: database.checkConnection,
    },
    services: createServiceRegistry([
      createSlackService({ client: createBulkClient(access, slackLogger) }),
      createHttpService({ allowHosts: config.http.allowHosts }),
      createEmailService({
        server: config.mail,
        templatesDir: join(config.workflowsDir, "email-templates"),
      }),
      database,
    ]),
    model: createOpenAiModelClient(config.model),
    defaultModel: config.model.defaultModel,
    prices,
    cron: createCron(),
    revealSecrets: createSecretRevealer(config.secrets),
    hideSecrets: createSecretHider(secretValues(config)),
    sampleFiles: createSampleFiles(join(config.workflowsDir, "evals")),
    observe: telemetry.observe,
    onWatchState: telemetry.watching,
    pollMs: POLL_MS[config.store.kind],
    stopGraceMs: STOP_GRACE_MS,
    onOutdated,
    processName: `${hostname()}:${process.pid}`,
  });
}

/** What may stand neither in the log nor in a prompt. */
function secretValues(config: Config): readonly string[] {
  const { slack, model, web, secrets, mail, databases, store } = config;
  return [
    slack.botToken,
    slack.appToken,
    slack.signingSecret,
    web.apiToken,
    model.apiKey,
    ...Object.values(model.providers).map((provider) => provider.apiKey),
    ...Object.values(secrets),
    mail?.login?.password,
    ...Object.values(databases).flatMap(secretsOfUrl),
    ...(store.kind === "mongodb" ? secretsOfUri(store.uri) : []),
  ].filter((value) => typeof value === "string");
}

async function main(): Promise<void> {
  const config = loadConfig();
  const logger = createLogger(config.logLevel, secretValues(config));
  const outdated = Promise.withResolvers<string>();
  const stop = await startBot(config, logger, outdated.resolve);
  let stopping = false;
  const end = (why: string, code: number): void => {
    if (stopping) return;
    stopping = true;
    logger.info({ why }, "stopping");
    setTimeout(() => process.exit(code), STOP_MS);
    stop()
      .catch((error: unknown) => logger.error({ err: error }, "stopping failed"))
      .finally(() => process.exit(code));
  };
  void outdated.promise.then((remedy) => {
    logger.fatal({ remedy }, "a newer version has the data");
    end("a newer version has the data", EX_CONFIG);
  });
  process.once("SIGTERM", () => end("SIGTERM", 0));
  process.once("SIGINT", () => end("SIGINT", 0));
  // Bolt leaves failed reconnects unhandled (a revoked token, for example): end, so that a supervisor starts afresh.
  process.on("unhandledRejection", (error) => {
    logger.fatal({ err: error }, "unhandled rejection");
    end("unhandled rejection", 1);
  });
}

try {
  await main();
} catch (error) {
  console.error(isAppError(error) ? `Heddle cannot start. ${error.message}` : error);
  process.exit(exitCodeOf(error));
}

function exitCodeOf(error: unknown): number {
  const { code, retryable } = asAppError(error);
  if (code === "store_unavailable") return retryable ? EX_UNAVAILABLE : EX_CONFIG;
  return code === "config_invalid" || code === "store_locked" || code === "store_newer"
    ? EX_CONFIG
    : 1;
}
