// @ts-check
/** The traffic between Slack and the app, as the inspector shows it. */

import { data, dataList, number, text } from "./shape.js";

/** @typedef {import("./shape.js").Data} Data */
/** @typedef {"all" | "events" | "interactions" | "commands" | "calls" | "connections" | "trouble"} Filter */

/** The latest entries that are kept; older ones are in the simulator's own log. */
const MAX_ENTRIES = 1000;

/** @type {readonly {id: Filter, label: string}[]} */
export const filters = [
  { id: "all", label: "All" },
  { id: "events", label: "Events" },
  { id: "interactions", label: "Interactions" },
  { id: "commands", label: "Commands" },
  { id: "calls", label: "Web API" },
  { id: "connections", label: "Connections" },
  { id: "trouble", label: "Trouble" },
];

export class Traffic {
  /** By id, oldest first. @type {Map<number, Data>} */
  #entries = new Map();
  /** @type {Filter} */
  filter = "all";
  query = "";
  /** @type {number | undefined} */
  selected = undefined;
  /** Whether the page listens to the simulator's log. */
  isListening = false;

  /** Adds an entry, or replaces it when more is known of it. @param {Data} entry @returns {void} */
  save(entry) {
    const id = number(entry["id"]);
    if (id === undefined) return;
    this.#entries.set(id, entry);
    const oldest = this.#entries.keys().next().value;
    if (this.#entries.size > MAX_ENTRIES && oldest !== undefined) this.#entries.delete(oldest);
  }

  /** @returns {void} */
  clear() {
    this.#entries.clear();
    this.selected = undefined;
  }

  /** @returns {Data[]} what filter and search leave, newest first */
  get shown() {
    const words = this.query.toLowerCase();
    return [...this.#entries.values()]
      .filter((entry) => passes(entry, this.filter))
      .filter((entry) => words === "" || JSON.stringify(entry).toLowerCase().includes(words))
      .sort((a, b) => when(b) - when(a) || Number(b["id"]) - Number(a["id"]));
  }

  /** @returns {Data | undefined} */
  get selectedEntry() {
    return this.selected === undefined ? undefined : this.#entries.get(this.selected);
  }

  /** @returns {string[]} methods that the app has called, each once */
  get methods() {
    const called = [...this.#entries.values()].filter((entry) => entry["type"] === "call");
    return [...new Set(called.map((entry) => text(entry["method"])))].sort();
  }
}

/** @param {Data} entry @returns {number} */
function when(entry) {
  return number(entry["at"]) ?? 0;
}

/** @param {Data} entry @param {Filter} filter @returns {boolean} */
function passes(entry, filter) {
  switch (filter) {
    case "all":
      return true;
    case "events":
      return entry["kind"] === "events_api";
    case "interactions":
      return entry["kind"] === "interactive";
    case "commands":
      return entry["kind"] === "slash_commands";
    case "calls":
      return entry["type"] === "call";
    case "connections":
      return entry["type"] === "connection";
    case "trouble":
      return toneOf(entry) === "bad" || entry["fault"] !== undefined;
  }
}

/** @param {Data} entry @returns {"good" | "bad" | "open" | "plain"} how it went */
export function toneOf(entry) {
  if (entry["type"] === "connection") return entry["event"] === "opened" ? "good" : "bad";
  if (entry["type"] === "call") return entry["ok"] === true ? "good" : "bad";
  if (entry["ack"] === undefined) return "open";
  return data(entry["ack"])["acked"] === true ? "good" : "bad";
}

/** @param {Data} entry @returns {string} what it is, in one word where possible: `block_actions`, `chat.postMessage` */
export function nameOf(entry) {
  if (entry["type"] === "call") return text(entry["method"]);
  if (entry["type"] === "connection") return `socket ${text(entry["event"])}`;
  const payload = data(entry["payload"]);
  if (entry["kind"] === "slash_commands") return text(payload["command"]);
  if (entry["kind"] !== "events_api") return text(payload["type"]);
  const event = data(payload["event"]);
  const subtype = text(event["subtype"]);
  return subtype === "" ? text(event["type"]) : `${text(event["type"])}.${subtype}`;
}

/**
 * @param {Data} entry
 * @param {(id: string) => string | undefined} nameOfPlace
 * @returns {string} what it is about: an action's id, a command's text, a channel
 */
export function aboutOf(entry, nameOfPlace) {
  if (entry["type"] === "call") return aboutCall(data(entry["args"]), nameOfPlace);
  if (entry["type"] === "connection") return text(entry["reason"]);
  const payload = data(entry["payload"]);
  if (entry["kind"] === "slash_commands") return text(payload["text"]);
  if (entry["kind"] === "events_api") return aboutEvent(data(payload["event"]), nameOfPlace);
  const action = text(dataList(payload["actions"])[0]?.["action_id"]);
  return action || text(payload["callback_id"]) || text(data(payload["view"])["callback_id"]);
}

/** @param {Data} args @param {(id: string) => string | undefined} nameOfPlace @returns {string} */
function aboutCall(args, nameOfPlace) {
  const place = text(args["channel"]) || text(args["channel_id"]) || text(args["user_id"]);
  const words = text(args["text"]);
  return [nameOfPlace(place) ?? (place || text(args["user"])), words].filter(Boolean).join(" · ");
}

/** @param {Data} event @param {(id: string) => string | undefined} nameOfPlace @returns {string} */
function aboutEvent(event, nameOfPlace) {
  const words = text(event["text"]) || text(data(event["message"])["text"]);
  const place = text(event["channel"]) || text(data(event["item"])["channel"]);
  return [nameOfPlace(place) ?? place, words || text(event["reaction"]) || text(event["tab"])]
    .filter(Boolean)
    .join(" · ");
}

/** @param {Data} entry @returns {string | undefined} the person who caused a delivery */
export function personOf(entry) {
  const payload = data(entry["payload"]);
  const user =
    text(payload["user_id"]) ||
    text(data(payload["user"])["id"]) ||
    text(data(payload["event"])["user"]);
  return user || undefined;
}

/** @param {Data} entry @returns {string} how it ended: `✓ 12 ms`, `429`, `invalid_blocks`, `…` */
export function resultOf(entry) {
  if (entry["type"] === "connection") {
    const open = number(entry["connections"]) ?? 0;
    return `${open} open`;
  }
  const took = (/** @type {unknown} */ ms) => `${Math.round(number(ms) ?? 0)} ms`;
  if (entry["type"] === "call") {
    if (entry["ok"] === true) return took(entry["ms"]);
    const status = number(entry["status"]) ?? 0;
    const code = text(entry["error"]) || (status === 0 ? "cut off" : String(status));
    return `${code} · ${took(entry["ms"])}`;
  }
  if (entry["ack"] === undefined) return "waiting…";
  const ack = data(entry["ack"]);
  const end = took(ack["ackMs"]);
  return ack["acked"] === true ? end : `${text(ack["error"])} · ${end}`;
}
