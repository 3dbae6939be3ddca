// @ts-check
/** The messages of a channel or a thread, with day lines and the "New" line. */

import { h } from "../dom/h.js";
import { dayOfTs } from "../text/date.js";
import { messageView } from "./message.js";

/** @typedef {import("../state/app.js").App} App */
/** @typedef {import("../state/message-book.js").Message} Message */
/** @typedef {import("../dom/h.js").Child} Child */

const COMPACT_SECONDS = 300;
const PAGE_MESSAGES = 100;

/** @param {App} app @param {string} channel @param {readonly Message[]} messages @returns {Child[]} */
export function channelRows(app, channel, messages) {
  const limit = app.shown.get(channel) ?? PAGE_MESSAGES;
  const visible = messages.filter((message) => !app.dismissed.has(message.ts));
  const hidden = visible.length - limit;
  const more = () => {
    app.shown.set(channel, limit + PAGE_MESSAGES);
    app.update();
  };
  return [
    hidden <= 0
      ? null
      : h(
          "button",
          { class: "link older", key: "older", type: "button", onClick: more },
          `Show older messages (${hidden} more)`,
        ),
    rows(app, channel, visible.slice(-limit), app.reads.line(channel)),
  ];
}

/** @param {App} app @param {string} channel @param {readonly Message[]} messages @param {string | undefined} readUpTo @returns {Child[]} */
function rows(app, channel, messages, readUpTo) {
  const now = new Date();
  /** @type {Child[]} */
  const out = [];
  let day = "";
  let lineDrawn = readUpTo === undefined;
  /** @type {Message | undefined} */
  let previous;
  for (const message of messages) {
    const itsDay = dayOfTs(message.ts, now);
    const isNew = !lineDrawn && Number(message.ts) > Number(readUpTo) && message["user"] !== app.me;
    if (itsDay !== day)
      out.push(
        h(
          "div",
          { class: "day-line", key: `day-${itsDay}`, role: "separator", "aria-label": itsDay },
          h("span", null, itsDay),
        ),
      );
    if (isNew)
      out.push(
        h(
          "div",
          { class: "new-line", key: "new", role: "separator", "aria-label": "New messages" },
          h("span", null, "New"),
        ),
      );
    const compact = itsDay === day && !isNew && continues(previous, message);
    out.push(messageView(app, message, { channel, compact, inThread: false }));
    lineDrawn ||= isNew;
    day = itsDay;
    previous = message;
  }
  return out;
}

/** @param {Message | undefined} previous @param {Message} message @returns {boolean} whether the author need not be named again */
function continues(previous, message) {
  return (
    previous !== undefined &&
    previous["user"] === message["user"] &&
    previous["username"] === message["username"] &&
    previous.ephemeral !== true &&
    Number(message.ts) - Number(previous.ts) < COMPACT_SECONDS
  );
}

/** @param {App} app @param {string} channel @param {readonly Message[]} replies @returns {Child[]} */
export function replyRows(app, channel, replies) {
  const visible = replies.filter((message) => !app.dismissed.has(message.ts));
  return visible.map((message, index) =>
    messageView(app, message, {
      channel,
      compact: continues(visible[index - 1], message),
      inThread: true,
    }),
  );
}
