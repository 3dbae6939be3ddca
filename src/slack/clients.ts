import { type Logger as SlackLogger, WebClient } from "@slack/web-api";

/** What reaching a workspace takes. */
export interface SlackAccess {
  readonly botToken: string;
  /** Base of the Web API, `https://slack.com/api/` if absent; a stand-in in tests and in the demo. */
  readonly apiUrl?: string;
}

export const DEFAULT_API_URL = "https://slack.com/api/";

/**
 * Client for what nobody waits for with open eyes: cards, and messages that workflows send.
 *
 * It neither sleeps nor repeats. A client that waits out a 429 stops its whole queue, and a repeated post whose first answer
 * was lost stands twice in the channel; so the caller decides what comes next.
 */
export function createBulkClient(access: SlackAccess, logger: SlackLogger): WebClient {
  return new WebClient(access.botToken, {
    slackApiUrl: access.apiUrl ?? DEFAULT_API_URL,
    logger,
    rejectRateLimitedCalls: true,
    retryConfig: { retries: 0 },
    timeout: 10_000,
  });
}

/** Client for questions that somebody waits on: short, and repeated once, since asking twice is harmless. */
export function createLookupClient(access: SlackAccess, logger: SlackLogger): WebClient {
  return new WebClient(access.botToken, {
    slackApiUrl: access.apiUrl ?? DEFAULT_API_URL,
    logger,
    rejectRateLimitedCalls: true,
    retryConfig: { retries: 1, minTimeout: 100, maxTimeout: 300 },
    timeout: 5000,
  });
}
