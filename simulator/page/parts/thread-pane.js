// @ts-check
/** The pane at the right: one thread. */

import { addressOf, go } from "../actions/navigate.js";
import { h } from "../dom/h.js";
import { placeName } from "../state/places.js";
import { assistantStatus, chips } from "./above-composer.js";
import { composer } from "./composer.js";
import { icon } from "./icons.js";
import { messageView } from "./message.js";
import { replyRows } from "./message-list.js";
import { followEnd } from "./scroll.js";

/** @typedef {import("../state/app.js").App} App */
/** @typedef {import("../dom/h.js").VNode} VNode */

/** @param {App} app @returns {VNode | null} */
export function threadPane(app) {
  const { channel, thread } = app.route;
  if (thread === undefined) return null;
  const place = app.workspace.channels.get(channel);
  const name = place === undefined ? "" : placeName(app, place);
  const close = () => go(addressOf(channel));
  const keydown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape" && !event.defaultPrevented) close();
  };
  return h(
    "aside",
    {
      class: "pane thread-pane",
      key: `thread-${thread}`,
      "aria-label": `Thread in ${name}`,
      "data-thread": thread,
      onKeydown: keydown,
    },
    h(
      "div",
      { class: "pane-header" },
      h("h2", null, "Thread"),
      h("span", { class: "topic" }, name),
      h("span", { class: "spacer" }),
      h(
        "button",
        {
          class: "tool",
          type: "button",
          "aria-label": "Close thread",
          title: "Close (Esc)",
          onClick: close,
        },
        icon("close"),
      ),
    ),
    messages(app, channel, thread),
    h(
      "div",
      { class: "composer-area" },
      assistantStatus(app, channel, thread),
      chips(app, channel, thread),
      composer(app, channel, thread, "Reply…"),
    ),
  );
}

/** @param {App} app @param {string} channel @param {string} thread @returns {VNode} */
function messages(app, channel, thread) {
  const parent = app.book.find(channel, thread);
  const replies = app.book.replies(channel, thread);
  const count = replies.filter((reply) => reply.ephemeral !== true).length;
  return h(
    "div",
    {
      class: "messages",
      role: "log",
      "aria-live": "polite",
      "aria-label": "Replies",
      tabindex: "0",
      "data-follow": true,
      ref: followEnd,
    },
    parent === undefined
      ? h("p", { class: "start-note" }, "The message that began this thread was deleted.")
      : messageView(app, parent, { channel, compact: false, inThread: true }),
    h(
      "div",
      { class: "reply-line", role: "separator" },
      h("span", null, `${count} ${count === 1 ? "reply" : "replies"}`),
    ),
    replyRows(app, channel, replies),
  );
}
