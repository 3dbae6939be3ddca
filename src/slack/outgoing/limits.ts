import type { RateLimit } from "../../engine/ports/rate-limits.ts";
import type { Limits } from "./order.ts";

/** A call that changes what people see, as far as Slack's limits are concerned. */
export type OutgoingCall =
  | { readonly method: "chat.postMessage" | "chat.startStream"; readonly channel: string }
  | {
      readonly method:
        | "chat.update"
        | "chat.postEphemeral"
        | "chat.appendStream"
        | "chat.stopStream"
        | "agents.sessions.setStatus"
        | StepMethod;
    };

/** What steps alone do, each with a limit of its own. */
type StepMethod = keyof typeof STEP_TIERS;

/** The tier of each method, by its page in docs.slack.dev/reference/methods. */
const STEP_TIERS = {
  "chat.delete": 3,
  "chat.scheduleMessage": 3,
  "reactions.add": 3,
  "conversations.create": 2,
  "conversations.invite": 3,
  "conversations.archive": 2,
  "conversations.setTopic": 2,
  "canvases.create": 2,
  "canvases.edit": 3,
  "canvases.access.set": 3,
} as const;

/** Tier 2: 20 a minute; Tier 3: 50. */
const TIERS = {
  2: { burst: 5, intervalMs: 3000 },
  3: { burst: 20, intervalMs: 1200 },
} as const;

/**
 * About one message a second in a channel; short bursts are tolerated, how short is not said. People report 25
 * (https://github.com/RamblingCookieMonster/PSSlack/issues/52); ten leaves room for what others send with the same token.
 *
 * @see https://docs.slack.dev/apis/web-api/rate-limits
 */
const POSTS_IN_CHANNEL = { burst: 10, intervalMs: 1000 } as const;

/**
 * All posts of the workspace: Slack says that there is such a limit ("several hundred messages per minute") and not which. 240 a
 * minute.
 */
const POSTS: RateLimit = { key: "slack:chat.postMessage", burst: 40, intervalMs: 250 };

/** Tier 3: 50 a minute. */
const UPDATES: RateLimit = { key: "slack:chat.update", burst: 20, intervalMs: 1200 };

/** Tier 4: 100 a minute. */
const EPHEMERALS: RateLimit = { key: "slack:chat.postEphemeral", burst: 30, intervalMs: 600 };

/** Tier 2: 20 a minute. A stream that has begun has to be ended: twice as many may end at once. */
const STREAM_STARTS: RateLimit = { key: "slack:chat.startStream", burst: 5, intervalMs: 3000 };
const STREAM_STOPS: RateLimit = { key: "slack:chat.stopStream", burst: 10, intervalMs: 3000 };

/** Tier 4: 100 a minute. */
const STREAM_APPENDS: RateLimit = { key: "slack:chat.appendStream", burst: 30, intervalMs: 600 };

/** Tier 3: 50 a minute. */
const SESSIONS: RateLimit = { key: "slack:agents.sessions", burst: 20, intervalMs: 1200 };

/** The limits that a call counts against, the narrowest first. */
export function limitsOf(call: OutgoingCall): Limits {
  switch (call.method) {
    case "chat.postMessage":
      return [{ key: `slack:chat.postMessage:${call.channel}`, ...POSTS_IN_CHANNEL }, POSTS];
    case "chat.startStream":
      return [
        { key: `slack:chat.postMessage:${call.channel}`, ...POSTS_IN_CHANNEL },
        POSTS,
        STREAM_STARTS,
      ];
    case "chat.update":
      return [UPDATES];
    case "chat.appendStream":
      return [STREAM_APPENDS];
    case "chat.stopStream":
      return [STREAM_STOPS];
    case "agents.sessions.setStatus":
      return [SESSIONS];
    case "chat.postEphemeral":
      return [EPHEMERALS];
    default:
      return [{ key: `slack:${call.method}`, ...TIERS[STEP_TIERS[call.method]] }];
  }
}
