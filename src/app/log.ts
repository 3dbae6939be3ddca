import { type Logger, pino } from "pino";
import { hideApiTokens } from "../shared/api-token.ts";
import { KnownSecrets } from "../shared/known-secrets.ts";
import { createSecretMask } from "../shared/secret-mask.ts";
import { traceIdOf } from "../telemetry/span-ids.ts";
import type { LogLevel } from "./config.ts";

export type { Logger } from "pino";

/** Matches credentials of Slack and of model providers. */
const CREDENTIAL = /\b(xox[abeoprs]-|xapp-|sk-)[A-Za-z0-9-]{6,}/g;

/**
 * Removes secrets from a text, however they are written, and everything that looks like a Slack token, a key or a token of the API.
 *
 * @param secrets - values to remove; those of fewer than six characters stay, since they occur in many words.
 */
export function createRedactor(secrets: KnownSecrets): (text: string) => string {
  const current = secrets.derive((values) => redactorOf(values));
  return (text) => current()(text);
}

function redactorOf(secrets: readonly string[]): (text: string) => string {
  const hidden = secrets.filter((secret) => secret.length >= 6);
  const mask = createSecretMask(secrets, "[redacted]");
  return (text) =>
    hideApiTokens(
      hidden.reduce((clean, secret) => clean.replaceAll(secret, "[redacted]"), mask.text(text)),
      "[redacted]",
    ).replace(CREDENTIAL, "$1[redacted]");
}

export interface LogOptions {
  /** Values to redact, as {@link createRedactor} does. @default none */
  readonly secrets?: KnownSecrets;
  /** Whether lines about a run name its trace. @default false */
  readonly hasTraces?: boolean;
  /** @default standard output */
  readonly to?: { write(line: string): void };
}

/** The process's log: JSON, one line for each event. */
export function createLogger(level: LogLevel, options: LogOptions = {}): Logger {
  const { secrets = new KnownSecrets(), hasTraces = false, to } = options;
  const settings = {
    ...{ level, base: null, hooks: { streamWrite: createRedactor(secrets) } },
    ...(hasTraces && { formatters: { log: withTrace } }),
  };
  return to === undefined ? pino(settings) : pino(settings, to);
}

function withTrace(fields: Record<string, unknown>): Record<string, unknown> {
  const { executionId } = fields;
  return typeof executionId === "string" ? { ...fields, traceId: traceIdOf(executionId) } : fields;
}
