import { LogLevel } from "@slack/bolt";
import { type FetchFunction, type Logger as SlackLogger, WebClient } from "@slack/web-api";
import type { Logger } from "pino";

/** How to reach a workspace. */
export interface SlackAccess {
  readonly botToken: string;
  /** Base of the Web API, `https://slack.com/api/` if absent; a fake in tests and in the demo. */
  readonly apiUrl?: string;
  /** Sends the requests, through a proxy if there is one, and counts them. @default `fetch` */
  readonly fetch?: FetchFunction;
}

export const DEFAULT_API_URL = "https://slack.com/api/";

/**
 * Client for background sends: cards, and messages that workflows send.
 *
 * It neither waits nor retries. A client that waits out a 429 blocks its whole queue, and a retried post whose first answer
 * was lost appears twice in the channel; so the caller decides what comes next.
 */
export function createBulkClient(access: SlackAccess, logger: SlackLogger): WebClient {
  return new WebClient(access.botToken, {
    slackApiUrl: access.apiUrl ?? DEFAULT_API_URL,
    fetch: access.fetch ?? fetch,
    logger,
    rejectRateLimitedCalls: true,
    retryConfig: { retries: 0 },
    timeout: 10_000,
  });
}

/** Client for reads that a person waits for: a short time-out and one retry, since reading twice is harmless. */
export function createLookupClient(access: SlackAccess, logger: SlackLogger): WebClient {
  return new WebClient(access.botToken, {
    slackApiUrl: access.apiUrl ?? DEFAULT_API_URL,
    fetch: access.fetch ?? fetch,
    logger,
    rejectRateLimitedCalls: true,
    retryConfig: { retries: 1, minTimeout: 100, maxTimeout: 300 },
    timeout: 5000,
  });
}

/** The part of Slack's Web API that the service uses. The client must neither wait nor retry: the engine does both, durably. */
export interface SlackClient {
  readonly chat: Pick<WebClient["chat"], "postMessage">;
  readonly conversations: Pick<WebClient["conversations"], "history" | "info" | "open" | "replies">;
  readonly users: Pick<WebClient["users"], "conversations">;
}

/**
 * Writes the log lines of Slack's libraries to our log.
 *
 * Each level becomes one level lower: their `debug` reports every ping and every request, their `info` each connection opened
 * and listener registered. What people fill into dialogs is left out: it may be a secret.
 */
export function toSlackLogger(logger: Logger): SlackLogger {
  const text = (parts: unknown[]) => withoutTyped(parts.map(toLogText).join(" "));
  return {
    debug: (...parts) => logger.trace(text(parts)),
    info: (...parts) => logger.debug(text(parts)),
    warn: (...parts) => logger.warn(text(parts)),
    error: (...parts) => logger.error(text(parts)),
    setLevel: () => undefined,
    getLevel: () => (logger.isLevelEnabled("trace") ? LogLevel.DEBUG : LogLevel.INFO),
    setName: () => undefined,
  };
}

/** Without a payload that has the values of a dialog, as a web socket's client reports each payload. */
function withoutTyped(text: string): string {
  const at = text.search(/"state"\s*:\s*\{\s*"values"/);
  return at < 0
    ? text
    : "A payload with what a person filled into a dialog, which is left out here.";
}

function toLogText(part: unknown): string {
  if (typeof part === "string") return part;
  if (part instanceof Error) return part.message;
  return JSON.stringify(part) ?? String(part);
}
