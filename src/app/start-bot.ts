import { join } from "node:path";
import { createSlackBot, EVENTS_PATH, type SlackBot } from "../bot/app.ts";
import type { Engine } from "../engine/api/engine.ts";
import { DEAD_AFTER_MS } from "../engine/model/lease.ts";
import { systemClock } from "../engine/ports/clock.ts";
import type { Store } from "../engine/ports/store.ts";
import { createDatabaseService } from "../services/database/database-service.ts";
import { createEmailService } from "../services/email/email-service.ts";
import { hideApiTokens } from "../shared/api-token.ts";
import { AppError, isAppError } from "../shared/errors.ts";
import { omitUndefined } from "../shared/omit-undefined.ts";
import { MIN_SECRET_LENGTH } from "../shared/secret-mask.ts";
import { SlackSignIn } from "../slack/sign-in.ts";
import { createSlack, type Slack } from "../slack/slack.ts";
import { createWebServer } from "../web/server.ts";
import { createTelemetry, type Telemetry } from "../web/telemetry.ts";
import { buildEngine, type EngineParts, PROCESS_NAME, shortSecrets } from "./build-engine.ts";
import type { Config } from "./config.ts";
import { addPromptFolder } from "./deploy-prompts.ts";
import { deployFolder, sendNotices } from "./deploy-workflows.ts";
import { openStore } from "./open-store.ts";
import { watchProcessErrors } from "./process-errors.ts";
import { openTracing, type Tracing } from "./tracing.ts";

export interface StartOptions
  extends Pick<EngineParts, "config" | "logger" | "secrets" | "onOutdated"> {
  /** Called with what the operator has to do when Slack takes the bot no more, after it has taken it. */
  readonly onRefused: (remedy: string) => void;
  /** Called with the reason when an error has left the state of the bot unknown. */
  readonly onBroken: (why: string) => void;
}

/**
 * Builds the bot from its configuration and starts it.
 *
 * @returns a function that stops it, in the reverse order.
 */
export async function startBot(options: StartOptions): Promise<() => Promise<void>> {
  const { config, logger } = options;
  const stack = new AsyncDisposableStack();
  try {
    warnOfSecrets(options);
    const store = await openStore(config, stack, logger);
    const services = openServices(config, stack);
    const telemetry = createTelemetry();
    stack.defer(watchErrors(options, telemetry));
    const slack = createSlack({
      ...{ ...config.slack, clock: systemClock, logger, meters: telemetry.slack },
      limits: store.rateLimits,
      onRefused: options.onRefused,
    });
    const tracing = await startTracing(options, store, telemetry);
    const engine = buildEngine({ ...options, ...services, store, slack, telemetry, tracing });
    engine.triggers.onStall(({ lacks }) => telemetry.stalled(lacks));
    if (tracing) stack.defer(tracing.follow(engine));
    await checkTokenOwner(engine, config.web.tokenOwner);
    let isDraining = false;
    await addPromptFolder(engine, join(config.workflowsDir, "prompts"), logger);
    const notices = await deployFolder(engine, config.workflowsDir, logger);
    const bot = createSlackBot({
      ...{ config: config.slack, slack, engine, logger, clock: systemClock },
      ...{ cards: store.cards, dedupe: store.dedupe, kv: store.kv },
      onProcessDied: (listener) => engine.onProcessDied(listener),
      otherProcesses: () => countOthers(store),
      isAlone: config.store.kind !== "mongodb",
    });
    const isReachable = config.slack.appToken === null;
    if (isReachable && config.web.apiToken === null) logger.warn(NO_LOCAL_CALLERS);
    const { host, port: wanted, trustedProxies } = config.web;
    const web = createWebServer({
      ...{ engine, telemetry, host, port: wanted, isReachable, trustedProxies, logger },
      notReady: () => (isDraining ? "The bot is stopping." : slack.health.notReady()),
      ...omitUndefined({ apiToken: config.web.apiToken ?? undefined }),
      ...consoleOptions(config, slack),
      ...(bot.requestHandler && { extraHandlers: { [EVENTS_PATH]: bot.requestHandler } }),
    });
    stack.defer(() => web.stop());
    const { port } = await web.start();
    stack.defer(() => bot.stop());
    await bot.start();
    // Stopped first: other processes take over at once, while pending messages are still sent.
    stack.defer(() => {
      isDraining = true;
      return engine.stop();
    });
    await engine.run();
    warnOfBudgets(engine, bot);
    await sendNotices(notices, store, (text, concerns) => bot.notifyAdmins(text, concerns));
    const url = `http://${config.web.host}:${port}`;
    logger.info({ store: store.description, url }, "Heddle is running");
    const started = stack.move();
    return () => started.disposeAsync();
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

/** The warning at 80 % of a monthly budget; `engine/costs/budgets.ts` writes it. */
function warnOfBudgets({ costs }: Engine, bot: SlackBot): void {
  costs.onBudgetWarning(({ budget, text }) =>
    bot.notifyAdmins(text, budget.scope === "person" ? budget.subject : undefined),
  );
}

/** Where the console is reached, and how people sign in to it. */
function consoleOptions({ slack: access, web }: Config, slack: Slack) {
  const { signIn, apiUrl } = access;
  const asked = { apiUrl, fetch: slack.fetch, client: slack.lookup, clock: systemClock };
  return {
    ...omitUndefined({ publicUrl: web.publicUrl ?? undefined }),
    ...(signIn !== null && { signIn: new SlackSignIn({ ...signIn, ...asked }) }),
  };
}

/** @returns `null`: no endpoint is configured. */
async function startTracing(
  { config, logger, secrets }: StartOptions,
  store: Store,
  { traces }: Telemetry,
): Promise<Tracing | null> {
  if (config.tracing === null) return null;
  const mask = secrets.mask();
  const tracing = await openTracing({
    ...{ config: config.tracing, store, clock: systemClock, logger, counts: traces },
    hideSecrets: (text) => hideApiTokens(mask.text(text)),
    processName: PROCESS_NAME,
  });
  await tracing.start();
  logger.info({ host: new URL(config.tracing.url).host }, "traces are exported");
  return tracing;
}

/** The services that keep connections, which end with the bot. */
function openServices(
  { databases, mail, workflowsDir }: StartOptions["config"],
  stack: AsyncDisposableStack,
): Pick<EngineParts, "database" | "email"> {
  const templatesDir = join(workflowsDir, "email-templates");
  return {
    database: stack.use(createDatabaseService({ urls: databases })),
    email: stack.use(createEmailService({ server: mail, templatesDir })),
  };
}

function warnOfSecrets({ config, logger }: Pick<StartOptions, "config" | "logger">): void {
  const variables = shortSecrets(config);
  if (variables.length === 0) return;
  const remedy = `Give them at least ${MIN_SECRET_LENGTH} characters.`;
  logger.warn(
    { variables, remedy },
    "secrets are too short to be hidden in what other systems answer",
  );
}

function watchErrors(
  { logger, onBroken }: StartOptions,
  { unhandled }: Pick<Telemetry, "unhandled">,
): () => void {
  const { elapsed } = systemClock;
  return watchProcessErrors(process, { logger, count: unhandled, elapsed, onFatal: onBroken });
}

const NO_LOCAL_CALLERS =
  "Slack's requests come over HTTP, so the bot takes no caller for local: a proxy may pass on requests from the internet. The API, the dashboard and the metrics serve no caller, and webhooks only with a secret or if they are public. To use them set API_TOKEN (at least 16 characters) and send it as a Bearer token";

/** Processes that share the store and have lately said that they are alive, but for this one. */
async function countOthers({ processes }: Store): Promise<number> {
  const alive = (await processes.list()).filter(
    ({ seenAt }) => systemClock.now() - seenAt < DEAD_AFTER_MS,
  );
  return Math.max(0, alive.length - 1);
}

/** @throws {AppError} `config_invalid` for an owner who may not use the bot; `slack_unavailable`. */
async function checkTokenOwner(engine: Engine, owner: string | null): Promise<void> {
  if (owner === null) return;
  try {
    await engine.access.caller(owner);
  } catch (error) {
    if (!isAppError(error, "not_allowed")) throw error;
    const message = `API_TOKEN_OWNER names ${owner}, who is not a member of this workspace. Copy the member id from the person's profile in Slack.`;
    throw new AppError({ code: "config_invalid", message, cause: error });
  }
}
