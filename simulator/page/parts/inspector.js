// @ts-check
/** The inspector: each payload that went to the app with its acknowledgement, and each call that came back. */

import { classes, h } from "../dom/h.js";
import { placeName } from "../state/places.js";
import { data, number, text } from "../state/shape.js";
import { aboutOf, filters, nameOf, personOf, resultOf, toneOf } from "../state/traffic.js";
import { clockTime } from "../text/date.js";
import { icon } from "./icons.js";
import { jsonView } from "./json-view.js";

/** @typedef {import("../state/app.js").App} App */
/** @typedef {import("../state/shape.js").Data} Data */
/** @typedef {import("../dom/h.js").VNode} VNode */

/** Rows that are drawn at a time; the search finds older ones. */
const MAX_ROWS = 200;

/** @param {App} app @returns {VNode} */
export function inspector(app) {
  return h(
    "div",
    { class: "inspector", key: "inspector" },
    h("div", { class: "traffic" }, tools(app), list(app)),
    details(app),
  );
}

/** @param {App} app @returns {VNode} */
function tools(app) {
  const { traffic } = app;
  const search = (/** @type {Event} */ event) => {
    if (!(event.target instanceof HTMLInputElement)) return;
    traffic.query = event.target.value;
    app.update();
  };
  const clear = () => {
    traffic.clear();
    app.update();
  };
  return h(
    "div",
    { class: "traffic-tools" },
    h("input", {
      class: "field",
      type: "search",
      placeholder: "Search names and payloads",
      "aria-label": "Search the traffic",
      value: "",
      onInput: search,
    }),
    h(
      "div",
      { class: "filters", role: "group", "aria-label": "Show" },
      filters.map(({ id, label }) =>
        h(
          "button",
          {
            class: classes("filter", traffic.filter === id && "here"),
            key: id,
            type: "button",
            "aria-pressed": String(traffic.filter === id),
            onClick: () => {
              traffic.filter = id;
              app.update();
            },
          },
          label,
        ),
      ),
      h("button", { class: "filter", key: "clear", type: "button", onClick: clear }, "Clear"),
    ),
  );
}

/** @param {App} app @returns {VNode} */
function list(app) {
  const { traffic } = app;
  const shown = traffic.shown;
  if (shown.length === 0)
    return h(
      "p",
      { class: "traffic-empty" },
      traffic.query === "" && traffic.filter === "all"
        ? "Nothing yet. Send a message or click a button, and see what the app gets and does."
        : "Nothing of this kind.",
    );
  return h(
    "ol",
    { class: "traffic-list", "aria-label": "Traffic, newest first", onKeydown: walk },
    shown.slice(0, MAX_ROWS).map((entry) => row(app, entry)),
    shown.length > MAX_ROWS
      ? h("li", { class: "traffic-empty", key: "more" }, `${shown.length - MAX_ROWS} older ones`)
      : null,
  );
}

/** @param {KeyboardEvent} event @returns {void} up and down from row to row */
function walk(event) {
  const here = event.target instanceof Element ? event.target.closest("li") : null;
  const next =
    event.key === "ArrowDown"
      ? here?.nextElementSibling
      : event.key === "ArrowUp"
        ? here?.previousElementSibling
        : undefined;
  const button = next?.querySelector("button");
  if (!(button instanceof HTMLElement)) return;
  event.preventDefault();
  button.focus();
  button.click();
}

/** @param {App} app @param {Data} entry @returns {VNode} */
function row(app, entry) {
  const id = number(entry["id"]) ?? 0;
  const isHere = app.traffic.selected === id;
  const toApp = entry["type"] === "delivery";
  const fault = text(entry["fault"]);
  const nameOfPlace = (/** @type {string} */ place) => {
    const channel = app.workspace.channels.get(place);
    return channel === undefined ? app.names.user(place) : placeName(app, channel);
  };
  const choose = () => {
    app.traffic.selected = isHere ? undefined : id;
    app.update();
  };
  return h(
    "li",
    { key: id },
    h(
      "button",
      {
        class: classes("traffic-row", toneOf(entry), isHere && "here"),
        type: "button",
        "aria-pressed": String(isHere),
        "data-entry": id,
        onClick: choose,
      },
      h("time", { class: "traffic-time" }, clockTime(number(entry["at"]) ?? 0)),
      h(
        "span",
        { class: "traffic-way", title: toApp ? "To the app" : "From the app" },
        entry["type"] === "connection" ? "⇄" : toApp ? "→" : "←",
      ),
      h("span", { class: "traffic-name" }, nameOf(entry)),
      h("span", { class: "traffic-about" }, aboutOf(entry, nameOfPlace)),
      fault === "" ? null : h("span", { class: "traffic-fault" }, fault),
      entry["retry"] === undefined
        ? null
        : h("span", { class: "traffic-fault" }, `retry ${text(data(entry["retry"])["attempt"])}`),
      h("span", { class: "traffic-result" }, resultOf(entry)),
    ),
  );
}

/** @param {App} app @returns {VNode} */
function details(app) {
  const entry = app.traffic.selectedEntry;
  if (entry === undefined)
    return h("div", { class: "entry entry-none" }, h("p", null, "Choose an entry to look inside."));
  const close = () => {
    app.traffic.selected = undefined;
    app.update();
  };
  const person = personOf(entry);
  const by = person === undefined ? "" : ` · by ${app.names.user(person) ?? person}`;
  return h(
    "section",
    { class: "entry", key: text(entry["id"]), "aria-label": "The chosen entry" },
    h(
      "div",
      { class: "entry-head" },
      h("h3", null, nameOf(entry)),
      h("span", { class: classes("entry-result", toneOf(entry)) }, `${resultOf(entry)}${by}`),
      h("span", { class: "spacer" }),
      copyButton(entry),
      h(
        "button",
        { class: "tool", type: "button", "aria-label": "Close the entry", onClick: close },
        icon("close"),
      ),
    ),
    parts(entry).map(([title, value]) => [
      h("h4", { key: `${title}-title` }, title),
      h("div", { key: title }, jsonView(value)),
    ]),
  );
}

/** @param {Data} entry @returns {[string, unknown][]} */
function parts(entry) {
  if (entry["type"] === "call")
    return [
      ["Arguments", entry["args"]],
      ["Answer", entry["response"]],
    ];
  if (entry["type"] === "connection") return [["Connection", entry]];
  return [
    ["Payload", entry["payload"]],
    ["Acknowledgement", entry["ack"] ?? "none yet"],
  ];
}

/** @param {Data} entry @returns {VNode} */
function copyButton(entry) {
  const copy = () => void navigator.clipboard?.writeText(JSON.stringify(entry, null, 2));
  return h(
    "button",
    {
      class: "tool",
      type: "button",
      title: "Copy as JSON",
      "aria-label": "Copy as JSON",
      onClick: copy,
    },
    icon("copy"),
  );
}
