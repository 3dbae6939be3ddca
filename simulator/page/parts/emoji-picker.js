// @ts-check
/** Emoji to choose from, under a button. */

import { h } from "../dom/h.js";
import { emoji, quickReactions } from "../text/emoji.js";
import { popover } from "./popover.js";

/** @typedef {import("../state/app.js").App} App */

const MAX_FOUND = 64;

/**
 * @param {App} app
 * @param {string} id of the button that it belongs to
 * @param {string} label
 * @param {(name: string) => void} pick
 * @returns {import("../dom/h.js").VNode}
 */
export function emojiPicker(app, id, label, pick) {
  const query = (app.popup?.query ?? "")
    .replaceAll(":", "")
    .trim()
    .toLowerCase()
    .replaceAll(" ", "_");
  const names = query === "" ? quickReactions : found(query);
  const take = (/** @type {string} */ name) => {
    app.popup = null;
    app.update();
    pick(name);
  };
  const search = (/** @type {Event} */ event) => {
    if (!(event.target instanceof HTMLInputElement) || app.popup === null) return;
    app.popup = { ...app.popup, query: event.target.value };
    app.update();
  };
  const enter = (/** @type {KeyboardEvent} */ event) => {
    const [first] = found((app.popup?.query ?? "").trim().toLowerCase());
    if (event.key !== "Enter" || first === undefined) return;
    event.preventDefault();
    take(first);
  };
  return popover(
    id,
    { class: "emoji-picker", role: "dialog", "aria-label": label },
    h("input", {
      class: "field",
      type: "text",
      value: "",
      placeholder: "Search emoji",
      "aria-label": "Search emoji",
      onInput: search,
      onKeydown: enter,
    }),
    h(
      "div",
      { class: "emoji-grid" },
      names.map((name) =>
        h(
          "button",
          {
            key: name,
            class: "tool",
            type: "button",
            title: `:${name}:`,
            "aria-label": name.replaceAll("_", " "),
            onClick: () => take(name),
          },
          emoji.get(name),
        ),
      ),
    ),
    names.length === 0 ? h("p", { class: "empty-note" }, "No emoji of that name") : null,
  );
}

/** @param {string} query @returns {string[]} those that begin with it first */
function found(query) {
  const names = [...emoji.keys()].filter((name) => name.includes(query));
  const first = names.filter((name) => name.startsWith(query));
  return [...first, ...names.filter((name) => !name.startsWith(query))].slice(0, MAX_FOUND);
}
