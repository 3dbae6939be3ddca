import type { Urgency } from "./outgoing/order.ts";

/**
 * How a call of the Web API ended: `limited` and `unsent` did nothing, `unknown` may have done it, the rest was refused: because of
 * the token, of a missing scope, or of what was asked for.
 */
export type CallOutcome =
  | "ok"
  | "limited"
  | "unsent"
  | "unknown"
  | "refused_token"
  | "refused_scope"
  | "refused";

/** Why a web socket was opened: the first one, in place of one that Slack ends, or after one was lost. */
export type OpeningReason = "start" | "refresh" | "lost";

/** What is counted of the traffic with Slack. */
export interface SlackMeters {
  /** A call of the Web API ended. @param method - `chat.postMessage`. */
  called(method: string, outcome: CallOutcome): void;
  /** Slack asked to wait so many seconds before the next call. */
  limited(method: string, seconds: number): void;
  /** Web sockets of this process that are open now. */
  sockets(open: number): void;
  opened(reason: OpeningReason): void;
  /** How many web sockets of this app Slack knows, those of other processes included. */
  appConnections(count: number): void;
  /** Slack sent a command, a click or an event. @param at - milliseconds since 1970. */
  received(at: number): void;
  /** Slack left out events for a minute: there were more than it delivers. */
  eventsLimited(): void;
  /** So many calls wait for their turn in the outgoing queue. */
  queued(count: number): void;
  /** A call had its turn after so many milliseconds in the queue. */
  granted(urgency: Urgency, waitedMs: number): void;
}

/** Counts nothing. */
export const NO_METERS: SlackMeters = {
  called: () => undefined,
  limited: () => undefined,
  sockets: () => undefined,
  opened: () => undefined,
  appConnections: () => undefined,
  received: () => undefined,
  eventsLimited: () => undefined,
  queued: () => undefined,
  granted: () => undefined,
};
