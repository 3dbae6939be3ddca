import { isJsonObject, type JsonObject, readOwn } from "../../shared/json.ts";

/** What Slack sends over a web socket besides commands, clicks and events. */
export type ControlFrame =
  | { readonly type: "hello"; readonly connections: number | null }
  | { readonly type: "disconnect"; readonly reason: string };

/**
 * Reads a frame of Socket Mode, by https://docs.slack.dev/apis/events-api/using-socket-mode.
 *
 * @returns the frame if it is about the connection itself; else the text with an inner event, see {@link withInnerEvent}. Text that
 * is no JSON comes back as it is.
 */
export function readFrame(text: string): ControlFrame | string {
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch {
    return text;
  }
  const type = readOwn(frame, "type");
  if (type === "hello") {
    const count = readOwn(frame, "num_connections");
    return { type, connections: typeof count === "number" ? count : null };
  }
  if (type === "disconnect") {
    const reason = readOwn(frame, "reason");
    return { type, reason: typeof reason === "string" ? reason : "unknown" };
  }
  const payload = readOwn(frame, "payload");
  if (type !== "events_api" || !isJsonObject(frame) || !isJsonObject(payload)) return text;
  const whole = withInnerEvent(payload);
  return whole === payload ? text : JSON.stringify({ ...frame, payload: whole });
}

/**
 * Gives a payload of the Events API that has no inner `event` one, named by the payload's own type. `app_rate_limited` is such a
 * payload (https://docs.slack.dev/reference/events/app_rate_limited): Slack's Socket Mode client 3.1.0 throws at it, and Bolt does not
 * know what it is.
 */
export function withInnerEvent(payload: JsonObject): JsonObject {
  const { type, event } = payload;
  if (isJsonObject(event) && typeof event["type"] === "string") return payload;
  const isNamed = typeof type === "string" && type !== "event_callback";
  return { ...payload, event: { type: isNamed ? type : "unknown" } };
}
