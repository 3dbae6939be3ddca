// @ts-check
/** Edits and deletes a person's own messages. */

import { act } from "../api.js";
import { text } from "../state/shape.js";
import { whyNot } from "./interact.js";

/** @typedef {import("../state/app.js").App} App */
/** @typedef {import("../state/message-book.js").Message} Message */

/** @param {App} app @param {Message} message @returns {boolean} */
export function isOwn(app, message) {
  return (
    message["user"] === app.me && message["bot_id"] === undefined && message.ephemeral !== true
  );
}

/** @param {App} app @param {{channel: string, ts: string} | null} place @returns {void} begins or ends editing */
export function edit(app, place) {
  app.editing = place;
  app.update();
}

/** @param {App} app @param {string} channel @param {string | undefined} thread @returns {boolean} whether the person has a message here to edit */
export function editLast(app, channel, thread) {
  const messages = thread === undefined ? app.book.top(channel) : app.book.replies(channel, thread);
  const last = messages.findLast((message) => isOwn(app, message));
  if (last === undefined) return false;
  edit(app, { channel, ts: last.ts });
  return true;
}

/** @param {App} app @param {string} channel @param {string} ts @param {string} typed @returns {Promise<void>} */
export async function saveEdit(app, channel, ts, typed) {
  edit(app, null);
  const outcome = await act("/sim/message-edit", { user: app.me, channel, ts, text: typed });
  if (outcome.answer["ts"] === undefined)
    app.toast("error", `The message was not changed. ${whyNot(outcome.error, app)}`);
}

/** @param {App} app @param {string} channel @param {Message} message @returns {Promise<void>} */
export async function deleteOwn(app, channel, message) {
  const words = text(message["text"]);
  const isMeant = await app.ask({
    title: { type: "plain_text", text: "Delete message" },
    text: {
      type: "mrkdwn",
      text: `Are you sure? This cannot be undone.${words === "" ? "" : `\n>${words.replaceAll("\n", "\n>")}`}`,
    },
    confirm: { type: "plain_text", text: "Delete" },
    style: "danger",
  });
  if (!isMeant) return;
  const outcome = await act("/sim/message-delete", { user: app.me, channel, ts: message.ts });
  if (outcome.answer["ts"] === undefined)
    app.toast("error", `The message was not deleted. ${whyNot(outcome.error, app)}`);
}
