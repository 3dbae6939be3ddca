import type { JsonObject } from "../json.ts";

/** The three kinds of what Slack sends an app, by their Socket Mode names. */
export type DeliveryKind = "slash_commands" | "interactive" | "events_api";

export interface Delivery {
  readonly kind: DeliveryKind;
  readonly payload: JsonObject;
  /** Whether the app may answer with content: commands and most interactions, never events. */
  readonly acceptsResponse: boolean;
  /** For an event that is sent again. */
  readonly retry?: { readonly attempt: number; readonly reason: string };
  /** The fault applied to it, for the inspector. */
  readonly fault?: string;
}

/** The result of one delivery. */
export type Ack =
  | { readonly acked: true; readonly ackMs: number; readonly payload: unknown }
  | {
      readonly acked: false;
      readonly ackMs: number;
      readonly error:
        | "operation_timeout"
        | "dispatch_failed"
        | "connection_dropped"
        | "app_rate_limited";
      /** The app asked not to be sent this again. */
      readonly noRetry?: boolean;
      /** The retry reason that Slack sends, where it has one. */
      readonly reason?: RetryReason;
    };

/** @see https://docs.slack.dev/apis/events-api, retries */
export type RetryReason =
  | "connection_failed"
  | "http_error"
  | "http_timeout"
  | "too_many_redirects"
  | "unknown_error";

/** A way to the app. `send` never rejects and answers within Slack's acknowledgement time. */
export interface Transport {
  send(delivery: Delivery): Promise<Ack>;
}
