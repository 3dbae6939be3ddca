import { isDeeper, isJsonObject, type JsonObject, readOwn } from "../../shared/json.ts";

/** Slack's payloads have less than twenty levels; code that recurses through one must not exhaust the stack. */
const MAX_DEPTH = 100;

const FORM = "application/x-www-form-urlencoded";

/** What a body holds, or why it cannot be read, as a sentence. */
type Payload = { readonly payload: JsonObject } | { readonly problem: string };

/**
 * Reads what Slack sent as Bolt does: a form with `payload` (an interaction) or `command` (a slash command), else JSON
 * (https://docs.slack.dev/interactivity/handling-user-interaction).
 */
export function readPayload(body: string, contentType: string): Payload {
  // Bolt takes a form for one only if its type is exactly this.
  if (contentType !== FORM) return readObject(body, "The body");
  const form = new URLSearchParams(body);
  const payloads = form.getAll("payload");
  if (payloads.length > 1) return { problem: "The form has several payloads." };
  const [payload] = payloads;
  if (payload !== undefined) return readObject(payload, "The payload of the form");
  const fields = Object.fromEntries(form);
  if (form.get("ssl_check") === "1") return { payload: fields };
  if (form.getAll("command").length !== 1)
    return { problem: "The form has neither a payload nor one command." };
  const problem = whyUnreadable(fields);
  return problem === null ? { payload: fields } : { problem: `The form ${problem}.` };
}

function readObject(text: string, what: string): Payload {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: `${what} is not valid JSON.` };
  }
  const problem = whyUnreadable(value);
  if (problem !== null) return { problem: `${what} ${problem}.` };
  return isJsonObject(value) ? { payload: value } : { problem: `${what} is no JSON object.` };
}

/**
 * Why what came from Slack cannot be handled, as the end of a sentence; `null`: it can. By its type, the parts without which neither Bolt
 * nor a listener can say whose it is.
 */
export function whyUnreadable(value: unknown): string | null {
  if (!isJsonObject(value)) return "is no JSON object";
  if (isDeeper(value, MAX_DEPTH)) return `is nested more than ${MAX_DEPTH} levels deep`;
  const { type, command } = value;
  if (command !== undefined) {
    const isWhole = typeof command === "string" && typeof value["user_id"] === "string";
    return isWhole ? null : "is no slash command of a person";
  }
  if (typeof type !== "string") return "has no type";
  if (EVENT_TYPES.has(type) || value["event"] !== undefined) return null;
  const parts = INTERACTIONS.get(type);
  if (parts === undefined) return "has a type that is not known";
  const missing = parts.filter((name) => !isPart(readOwn(value, name)));
  return missing.length === 0 ? null : `of the type ${type} has no ${missing.join(" and no ")}`;
}

/** An object, or a list of them that is not empty. */
function isPart(part: unknown): boolean {
  return isJsonObject(part) || (Array.isArray(part) && part.length > 0 && part.every(isJsonObject));
}

/** https://docs.slack.dev/apis/events-api, and the two that come without an inner event. */
const EVENT_TYPES: ReadonlySet<string> = new Set([
  "app_rate_limited",
  "event_callback",
  "url_verification",
]);

/** What interactions cannot do without, by type (https://docs.slack.dev/reference/interaction-payloads). */
const INTERACTIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ["block_actions", ["user", "actions"]],
  ["block_suggestion", ["user"]],
  ["message_action", ["user"]],
  ["shortcut", ["user"]],
  ["view_closed", ["user", "view"]],
  ["view_submission", ["user", "view"]],
]);
