// @ts-check
/** Emoji to react with. */

import { react } from "../deeds/interact.js";
import { h } from "../dom/h.js";
import { emoji, quickReactions } from "../text/emoji.js";
import { icon } from "./icons.js";
import { popover } from "./popover.js";

const MAX_FOUND = 48;

/**
 * @param {import("../state/app.js").App} app
 * @param {string} channel
 * @param {string} ts
 * @param {boolean} inThread a parent stands in the channel and in its thread
 * @returns {import("../dom/h.js").Child}
 */
export function reactionPicker(app, channel, ts, inThread) {
  const id = `react-${inThread ? "t" : "c"}-${ts.replace(".", "-")}`;
  const isOpen = app.popup?.id === id;
  const toggle = () => {
    app.popup = isOpen ? null : { id, query: "", active: 0 };
    app.update();
  };
  return [
    h(
      "button",
      {
        class: "tool",
        type: "button",
        id,
        title: "Add reaction",
        "aria-label": "Add reaction",
        "aria-haspopup": "dialog",
        "aria-expanded": String(isOpen),
        onClick: toggle,
      },
      icon("smile"),
    ),
    isOpen ? choices(app, id, channel, ts) : null,
  ];
}

/** @param {import("../state/app.js").App} app @param {string} id @param {string} channel @param {string} ts @returns {import("../dom/h.js").VNode} */
function choices(app, id, channel, ts) {
  const query = (app.popup?.query ?? "").replaceAll(":", "").toLowerCase();
  const names =
    query === ""
      ? quickReactions
      : [...emoji.keys()].filter((name) => name.includes(query)).slice(0, MAX_FOUND);
  const search = (/** @type {Event} */ event) => {
    if (!(event.target instanceof HTMLInputElement) || app.popup === null) return;
    app.popup = { ...app.popup, query: event.target.value };
    app.update();
  };
  return popover(
    id,
    { class: "emoji-picker", role: "dialog", "aria-label": "Add reaction" },
    h("input", {
      class: "field",
      type: "text",
      value: "",
      placeholder: "Search emoji",
      "aria-label": "Search emoji",
      onInput: search,
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
            onClick: () => {
              app.popup = null;
              app.update();
              void react(app, channel, ts, name, false);
            },
          },
          emoji.get(name),
        ),
      ),
    ),
  );
}
