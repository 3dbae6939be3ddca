import type { FetchFunction } from "@slack/web-api";
import { readOwn } from "../shared/json.ts";
import { isNeverSent, networkCode, parseRetryAfter } from "../shared/network-error.ts";
import type { CallOutcome, SlackMeters } from "./meters.ts";
import { refusalOf } from "./refusals.ts";
import { isTokenRefusal } from "./token-refusals.ts";

/** In place of Slack's error: what came is no answer of Slack's, such as the page of a proxy. */
const NO_ANSWER = "no_slack_answer";
const SCOPE = /^(?:missing_scope|not_allowed_token_type|access_denied)$/;

export interface CountedFetchOptions {
  readonly fetch: FetchFunction;
  readonly meters: SlackMeters;
  readonly now: () => number;
  /** Slack refused the token that a call was made with. */
  readonly onTokenRefused: (method: string, code: string) => void;
}

/**
 * Counts each request to the Web API by its method and how it ended. It sits below the clients because Slack's libraries make some of
 * their own; what is not a method, such as a `response_url`, is not counted.
 */
export function createCountedFetch(options: CountedFetchOptions): FetchFunction {
  const { meters, now } = options;
  return async (url, init) => {
    const method = methodOf(url);
    if (method === null) return options.fetch(url, init);
    let response: Awaited<ReturnType<FetchFunction>>;
    try {
      response = await options.fetch(url, init);
    } catch (error) {
      const code = networkCode(error);
      meters.called(method, code !== null && isNeverSent(code) ? "unsent" : "unknown");
      throw error;
    }
    if (response.status === 429) {
      meters.called(method, "limited");
      meters.limited(
        method,
        (parseRetryAfter(response.headers.get("retry-after"), now()) ?? 0) / 1000,
      );
      return response;
    }
    if (response.status !== 200) {
      meters.called(method, response.status >= 500 ? "unknown" : "refused");
      return response;
    }
    const text = await response.text();
    const code = errorOf(text);
    meters.called(method, code === null ? "ok" : outcomeOf(code));
    if (code !== null && isTokenRefusal(code)) options.onTokenRefused(method, code);
    const { ok, status, statusText, headers } = response;
    return {
      ...{ ok, status, statusText, headers, url: response.url },
      text: async () => text,
      json: async (): Promise<unknown> => JSON.parse(text),
      arrayBuffer: async () => new TextEncoder().encode(text).buffer,
    };
  };
}

/** `https://slack.com/api/chat.postMessage`: the part after the last slash, if it looks like a method. */
function methodOf(url: string | URL): string | null {
  return /\/api\/([a-z]+(?:\.[a-zA-Z]+)+)$/.exec(new URL(url).pathname)?.[1] ?? null;
}

/** Slack's error in an answer; `null`: there is none. What is no answer of Slack's is one. */
function errorOf(text: string): string | null {
  // Long answers are lists, and Slack writes "ok" first: they need no second parsing.
  if (text.startsWith('{"ok":true')) return null;
  try {
    const answer: unknown = JSON.parse(text);
    if (readOwn(answer, "ok") === true) return null;
    const error = readOwn(answer, "error");
    return typeof error === "string" ? error : NO_ANSWER;
  } catch {
    return NO_ANSWER;
  }
}

function outcomeOf(code: string): CallOutcome {
  const { help } = refusalOf(code);
  if (help === "limited") return "limited";
  if (help === "unclear" || code === NO_ANSWER) return "unknown";
  if (isTokenRefusal(code)) return "refused_token";
  return SCOPE.test(code) ? "refused_scope" : "refused";
}
