import { secretValues } from "./app/build-engine.ts";
import { loadConfig } from "./app/config.ts";
import { createLogger } from "./app/log.ts";
import { startBot } from "./app/start-bot.ts";
import { asAppError, isAppError } from "./shared/errors.ts";
import { KnownSecrets } from "./shared/known-secrets.ts";

/** `sysexits.h`: the configuration is wrong; a restart without a change is useless. */
const EX_CONFIG = 78;
/** `sysexits.h`: a required service does not answer; a later restart may help. */
const EX_UNAVAILABLE = 69;

/** How long a stop may take before the process exits anyway: supervisors kill at 10 s. */
const STOP_MS = 8000;

/** What the process writes is for its own user alone. */
const UMASK = 0o077;

async function main(): Promise<void> {
  process.umask(UMASK);
  const config = loadConfig();
  const secrets = new KnownSecrets(secretValues(config));
  const logger = createLogger(config.logLevel, {
    secrets,
    hasTraces: config.tracing !== null,
  });
  const outdated = Promise.withResolvers<string>();
  const refused = Promise.withResolvers<string>();
  const broken = Promise.withResolvers<string>();
  const stop = await startBot({
    ...{ config, logger, secrets },
    onOutdated: outdated.resolve,
    onRefused: refused.resolve,
    onBroken: broken.resolve,
  });
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
  void refused.promise.then((remedy) => {
    logger.fatal({ remedy }, "Slack refuses the bot");
    end("Slack refuses the bot", EX_CONFIG);
  });
  process.once("SIGTERM", () => end("SIGTERM", 0));
  process.once("SIGINT", () => end("SIGINT", 0));
  void broken.promise.then((why) => end(why, 1));
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
