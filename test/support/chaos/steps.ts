import type { JsonObject } from "../../../src/shared/json.ts";

/** Where the effects of the scenarios go. */
export interface Outside {
  readonly effectsUrl: string;
  readonly refusingUrl: string;
}

/** Patience with an outside that is unreliable on purpose, quick enough for a test. */
export const PATIENT: JsonObject = { maxRetries: 12, backoffMs: 150 };

/** A step that has the effect `http <effect>`. */
export function post(
  { effectsUrl }: Outside,
  id: string,
  effect: string,
  rest: JsonObject = {},
): JsonObject {
  return {
    id,
    type: "service",
    config: {
      service: "http",
      action: "request",
      method: "POST",
      url: effectsUrl,
      body: { run: "{{variables.run}}", effect },
    },
    retryPolicy: PATIENT,
    ...rest,
  };
}

/** A step that the other side always refuses. */
export function refused({ refusingUrl }: Outside, id: string, rest: JsonObject = {}): JsonObject {
  return {
    id,
    type: "service",
    config: { service: "http", method: "POST", url: refusingUrl, body: {} },
    ...rest,
  };
}

/** A step that has the effect `mail <effect>`. */
export function mail(id: string, effect: string, rest: JsonObject = {}): JsonObject {
  return {
    id,
    type: "service",
    config: {
      service: "email",
      to: "people@example.com",
      subject: `{{variables.run}} ${effect}`,
      text: "As planned.",
    },
    retryPolicy: PATIENT,
    ...rest,
  };
}

/** A step that has the effect `slack <effect>`. */
export function announce(id: string, effect: string, rest: JsonObject = {}): JsonObject {
  return {
    id,
    type: "service",
    config: { service: "slack", channel: "#general", message: `{{variables.run}} ${effect}` },
    retryPolicy: PATIENT,
    ...rest,
  };
}

/** Table of the effects that are rows; `heddle_key` is the idempotency key. */
export const EFFECTS_TABLE =
  "create table effects (heddle_key text primary key, run text not null, effect text not null)";

/** A step that has the effect `row <effect>`. */
export function book(id: string, effect: string, rest: JsonObject = {}): JsonObject {
  return {
    id,
    type: "service",
    config: {
      service: "database",
      query:
        "insert into effects (heddle_key, run, effect) values ($1, $2, $3) on conflict (heddle_key) do nothing",
      values: ["{{execution.idempotencyKey}}", "{{variables.run}}", effect],
    },
    retryPolicy: PATIENT,
    ...rest,
  };
}

/** A step that computes the execution's output. */
export function result(id: string, set: Record<string, string>): JsonObject {
  return { id, type: "transform", config: { set: { run: "variables.run", ...set } } };
}

/** A step that asks Bob and Carol in the channel of the plan. */
export function ask(id: string, config: JsonObject, next: JsonObject): JsonObject {
  return {
    id,
    type: "approval",
    config: {
      channel: "{{variables.room}}",
      title: "Decide about {{variables.run}}",
      message: "Chaos reigns.",
      approvers: ["@finance"],
      // Decided by one click each: no dialog asks for a comment.
      choices: [
        { id: "approve", label: "Approve", style: "primary" },
        { id: "reject", label: "Reject", style: "danger" },
      ],
      ...config,
    },
    next,
  };
}
