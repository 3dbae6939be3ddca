import type { App } from "@slack/bolt";
import type { Logger } from "pino";
import { type Clock, pause } from "../engine/ports/clock.ts";
import { AppError, isAppError } from "../shared/errors.ts";
import { toSlackFailure } from "./errors.ts";

export interface ConnectOptions {
  readonly app: App;
  /** Socket Mode has a connection to open; HTTP mode waits to be called. */
  readonly opensSocket: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Called with what the operator has to do when Slack refuses a token after the start has stopped waiting. */
  readonly onRefused: (remedy: string) => void;
}

const RETRY_MS = 2000;
/** How long a start waits for Slack before the rest of the process starts without it. */
const PATIENCE_MS = 5000;

/**
 * Connects to Slack. If Slack cannot be reached, it keeps trying in the background: workflows that do not need
 * Slack must run all the same.
 *
 * @throws {AppError} `config_invalid` when Slack refuses the tokens.
 */
export async function connect(options: ConnectOptions): Promise<void> {
  const { clock, logger, signal, onRefused } = options;
  const connected = open(options).then(() => "connected" as const);
  const late = new Promise<"late">((resolve) => {
    const cancel = clock.after(PATIENCE_MS, () => resolve("late"));
    connected.then(cancel, cancel);
  });
  if ((await Promise.race([connected, late])) === "connected") return;
  logger.warn("cannot reach Slack; retrying. Workflows run, their cards come later");
  connected.then(
    () => logger.info("connected to Slack"),
    (error: unknown) => {
      if (signal.aborted) return;
      if (isAppError(error, "config_invalid")) onRefused(error.message);
      else logger.error({ err: error }, "the connection to Slack failed");
    },
  );
}

async function open({ app, opensSocket, clock, logger, signal }: ConnectOptions): Promise<void> {
  for (let isDone = false; !isDone && !signal.aborted; ) {
    try {
      await app.init();
      isDone = true;
    } catch (error) {
      const failure = toSlackFailure(error);
      if (failure.kind === "refused") throw refusedToken("SLACK_BOT_TOKEN", failure.code, error);
      logger.debug({ err: error }, "Slack does not answer");
      const waitMs = failure.kind === "limited" ? failure.retryAfterMs : RETRY_MS;
      await pause(clock, waitMs, signal).catch(() => undefined);
    }
  }
  if (!opensSocket || signal.aborted) return;
  try {
    await app.start();
  } catch (error) {
    const failure = toSlackFailure(error);
    if (failure.kind === "refused") throw refusedToken("SLACK_APP_TOKEN", failure.code, error);
    throw error;
  }
}

function refusedToken(variable: string, code: string, cause: unknown): AppError {
  return new AppError({
    code: "config_invalid",
    message: `Slack refused ${variable} (${code}). Copy the token of this app again from https://api.slack.com/apps.`,
    cause,
  });
}
