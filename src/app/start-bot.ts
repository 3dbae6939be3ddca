import { join } from "node:path";
import { createSlackBot, EVENTS_PATH } from "../bot/app.ts";
import type { Engine } from "../engine/api/engine.ts";
import { systemClock } from "../engine/ports/clock.ts";
import { createDatabaseService } from "../services/database/database-service.ts";
import { AppError, isAppError } from "../shared/errors.ts";
import { omitUndefined } from "../shared/omit-undefined.ts";
import { createSlack } from "../slack/slack.ts";
import { createWebServer } from "../web/server.ts";
import { createTelemetry } from "../web/telemetry.ts";
import { buildEngine, type EngineParts } from "./build-engine.ts";
import { addPromptFolder } from "./deploy-prompts.ts";
import { deployFolder, sendNotices } from "./deploy-workflows.ts";
import { openStore } from "./open-store.ts";

export type StartOptions = Pick<EngineParts, "config" | "logger" | "onOutdated">;

/**
 * Builds the bot from its configuration and starts it.
 *
 * @returns a function that stops it, in the reverse order.
 */
export async function startBot(options: StartOptions): Promise<() => Promise<void>> {
  const { config, logger } = options;
  const stack = new AsyncDisposableStack();
  try {
    const store = await openStore(config.store, stack);
    const database = stack.use(createDatabaseService({ urls: config.databases }));
    const telemetry = createTelemetry();
    const slack = createSlack({
      ...config.slack,
      limits: store.rateLimits,
      clock: systemClock,
      logger,
    });
    const engine = buildEngine({ ...options, store, slack, database, telemetry });
    await checkTokenOwner(engine, config.web.tokenOwner);
    let isDraining = false;
    await addPromptFolder(engine, join(config.workflowsDir, "prompts"), logger);
    const notices = await deployFolder(engine, config.workflowsDir, logger);
    const bot = createSlackBot({
      config: config.slack,
      slack,
      engine,
      cards: store.cards,
      dedupe: store.dedupe,
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
      ...omitUndefined({ apiToken: config.web.apiToken ?? undefined }),
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
    // The warning at 80 % of a monthly budget; `engine/costs/budgets.ts` writes it.
    engine.costs.onBudgetWarning(({ budget, text }) =>
      bot.tellAdmins(text, budget.scope === "person" ? budget.subject : undefined),
    );
    await sendNotices(notices, store, (text, concerns) => bot.tellAdmins(text, concerns));
    const url = `http://${config.web.host}:${port}`;
    logger.info({ store: store.description, url }, "Heddle is running");
    const started = stack.move();
    return () => started.disposeAsync();
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

/** @throws {AppError} `config_invalid` for an owner who may not use the bot; `slack_unavailable`. */
async function checkTokenOwner(engine: Engine, owner: string | null): Promise<void> {
  if (owner === null) return;
  try {
    await engine.access.caller(owner);
  } catch (error) {
    if (!isAppError(error, "not_allowed")) throw error;
    const message = `API_TOKEN_OWNER names ${owner}, who is no member of this workspace. Copy the member id from the person's profile in Slack.`;
    throw new AppError({ code: "config_invalid", message, cause: error });
  }
}
