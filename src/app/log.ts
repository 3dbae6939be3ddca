import { type Logger, pino } from "pino";
import type { LogLevel } from "./config.ts";

export type { Logger } from "pino";

/** Matches credentials of Slack and of model providers. */
const CREDENTIAL = /\b(xox[abeoprs]-|xapp-|sk-)[A-Za-z0-9-]{6,}/g;

/**
 * The process's log: JSON lines on standard output.
 *
 * @param secrets - values to redact, besides everything that looks like a Slack token or a key.
 */
export function createLogger(level: LogLevel, secrets: readonly string[] = []): Logger {
  const hidden = secrets.filter((secret) => secret.length >= 6);
  return pino({
    level,
    base: null,
    hooks: {
      streamWrite: (line) =>
        hidden
          .reduce((clean, secret) => clean.replaceAll(secret, "[redacted]"), line)
          .replace(CREDENTIAL, "$1[redacted]"),
    },
  });
}
