// @ts-check
/** Emoji to react with. */

import { react } from "../actions/interact.js";
import { h } from "../dom/h.js";
import { emojiPicker } from "./emoji-picker.js";
import { icon } from "./icons.js";

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
  const pick = (/** @type {string} */ name) => void react(app, channel, ts, name, false);
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
    isOpen ? emojiPicker(app, id, "Add reaction", pick) : null,
  ];
}
