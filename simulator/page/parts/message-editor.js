// @ts-check
/** The box in which a person edits an own message. */

import { edit, saveEdit } from "../actions/edit.js";
import { h } from "../dom/h.js";
import { text } from "../state/shape.js";
import { typedAgain } from "../text/typed.js";

/** @typedef {import("../state/app.js").App} App */
/** @typedef {import("../state/message-book.js").Message} Message */

/** @param {App} app @param {string} channel @param {Message} message @returns {import("../dom/h.js").VNode} */
export function messageEditor(app, channel, message) {
  const id = `edit-${message.ts.replace(".", "-")}`;
  const settle = (/** @type {HTMLElement} */ area) => {
    area.focus();
    // The list goes to its end first, if its reader was there.
    setTimeout(() => area.scrollIntoView({ block: "center" }), 0);
    if (area instanceof HTMLTextAreaElement)
      area.setSelectionRange(area.value.length, area.value.length);
  };
  const save = () => {
    const area = document.getElementById(id);
    const typed = area instanceof HTMLTextAreaElement ? area.value.trim() : "";
    if (typed !== "") void saveEdit(app, channel, message.ts, typed);
  };
  const keydown = (/** @type {KeyboardEvent} */ event) => {
    if (event.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      edit(app, null);
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      save();
    }
  };
  return h(
    "div",
    { class: "message-editor", key: "editor" },
    h("textarea", {
      class: "field",
      id,
      rows: "2",
      "aria-label": "Edit message",
      value: typedAgain(app, text(message["text"])),
      ref: settle,
      onKeydown: keydown,
    }),
    h(
      "div",
      { class: "actions" },
      h("button", { class: "button", type: "button", onClick: () => edit(app, null) }, "Cancel"),
      h("button", { class: "button primary", type: "button", onClick: save }, "Save"),
    ),
  );
}
