import { createHmac } from "node:crypto";
import type { Clock } from "../clock.ts";
import { SIGNING_SECRET, VERIFICATION_TOKEN } from "../identity.ts";
import { type JsonObject, member, parseJson, toPlain } from "../json.ts";
import { createSecret } from "../workspace/ids.ts";
import type { Ack, Delivery, RetryReason, Transport } from "./transport.ts";

export interface HttpModeOptions {
  /** The app's address, for instance `http://127.0.0.1:3000/slack/events`. */
  readonly url: string;
  readonly clock: Clock;
  readonly ackMs: number;
}

/** Sends signed requests to the app's address; the answer to a request is the acknowledgement. */
export class HttpTransport implements Transport {
  readonly #options: HttpModeOptions;

  constructor(options: HttpModeOptions) {
    this.#options = options;
  }

  async send(delivery: Delivery): Promise<Ack> {
    const { clock, url, ackMs } = this.#options;
    const startedAt = clock.now();
    const body = bodyOf(delivery);
    try {
      const response = await fetch(url, {
        method: "POST",
        body,
        headers: headersOf(delivery, body, Math.floor(startedAt / 1_000)),
        redirect: "manual",
        signal: AbortSignal.timeout(ackMs),
      });
      const text = await response.text();
      const took = clock.now() - startedAt;
      if (response.ok) return { acked: true, ackMs: took, payload: payloadOf(response, text) };
      const noRetry = response.headers.get("x-slack-no-retry") === "1";
      const isRedirect = response.status >= 300 && response.status < 400;
      const reason = isRedirect ? "too_many_redirects" : "http_error";
      return { acked: false, ackMs: took, error: "dispatch_failed", noRetry, reason };
    } catch (error) {
      const reason = reasonOf(error);
      return {
        acked: false,
        ackMs: clock.now() - startedAt,
        error: reason === "http_timeout" ? "operation_timeout" : "dispatch_failed",
        reason,
      };
    }
  }

  /**
   * Does what Slack does before it takes an address for events: sends a challenge that the app must give back.
   *
   * @returns what was wrong, or `undefined` when the address is good.
   */
  async verify(): Promise<string | undefined> {
    const { clock, url, ackMs } = this.#options;
    const challenge = createSecret();
    const body = JSON.stringify({ token: VERIFICATION_TOKEN, challenge, type: "url_verification" });
    try {
      const response = await fetch(url, {
        method: "POST",
        body,
        headers: signedHeaders("application/json", body, Math.floor(clock.now() / 1_000)),
        redirect: "manual",
        signal: AbortSignal.timeout(ackMs),
      });
      const text = await response.text();
      if (response.status !== 200) return `it answered with status ${response.status}`;
      const answer = member(parseJson(text), "challenge") ?? text.trim();
      return answer === challenge ? undefined : "it did not give the challenge back";
    } catch (error) {
      return reasonOf(error);
    }
  }
}

function reasonOf(error: unknown): RetryReason {
  if (!(error instanceof Error)) return "unknown_error";
  if (error.name === "TimeoutError") return "http_timeout";
  return error.cause instanceof Error && "code" in error.cause
    ? "connection_failed"
    : "unknown_error";
}

/** Commands are form fields, interactions one form field with JSON, events JSON. */
function bodyOf(delivery: Delivery): string {
  switch (delivery.kind) {
    case "slash_commands":
      return new URLSearchParams(formFields(delivery.payload)).toString();
    case "interactive":
      return new URLSearchParams({ payload: JSON.stringify(delivery.payload) }).toString();
    case "events_api":
      return JSON.stringify(delivery.payload);
  }
}

function formFields(payload: JsonObject): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries(payload)) {
    if (value !== null && value !== undefined) fields[name] = toPlain(value);
  }
  return fields;
}

function headersOf(delivery: Delivery, body: string, timestamp: number): Record<string, string> {
  const isJson = delivery.kind === "events_api";
  const type = isJson ? "application/json" : "application/x-www-form-urlencoded";
  return {
    ...signedHeaders(type, body, timestamp),
    ...(delivery.retry === undefined
      ? {}
      : {
          "x-slack-retry-num": String(delivery.retry.attempt),
          "x-slack-retry-reason": delivery.retry.reason,
        }),
  };
}

function signedHeaders(type: string, body: string, timestamp: number): Record<string, string> {
  const signature = createHmac("sha256", SIGNING_SECRET).update(`v0:${timestamp}:${body}`);
  return {
    "content-type": type,
    "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
    "x-slack-request-timestamp": String(timestamp),
    "x-slack-signature": `v0=${signature.digest("hex")}`,
  };
}

/** A text that is not JSON is the answer's text, as for a command. */
function payloadOf(response: Response, text: string): unknown {
  if (text === "") return {};
  const isJson = response.headers.get("content-type")?.includes("json") ?? false;
  return (isJson ? parseJson(text) : undefined) ?? { text };
}
