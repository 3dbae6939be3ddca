// @ts-check
/** What is typed into a composer: messages and slash commands. The simulator turns names into mentions. */

import { act } from "../api.js";
import { whyNot } from "./interact.js";

/** @typedef {import("../state/app.js").App} App */

/**
 * Sends what a person typed.
 *
 * @param {App} app
 * @param {string} channel
 * @param {string | undefined} thread
 * @param {string} typed
 * @returns {Promise<void>}
 */
export async function send(app, channel, thread, typed) {
  const text = typed.trim();
  if (text === "") return;
  if (text.startsWith("/")) await sendCommand(app, channel, thread, text);
  else await sendMessage(app, channel, thread, text);
}

/** @param {App} app @param {string} channel @param {string | undefined} thread @param {string} text @returns {Promise<void>} */
async function sendMessage(app, channel, thread, text) {
  const outcome = await act("/sim/message", {
    user: app.me,
    channel,
    text,
    ...(thread === undefined ? {} : { thread_ts: thread }),
  });
  // The message stands in the channel even when the app did not hear of it.
  if (outcome.answer["ts"] === undefined) {
    app.toast("error", `The message was not sent. ${whyNot(outcome.error, app)}`);
    suggest(placeOf(channel, thread), text);
  } else if (outcome.error === "dispatch_failed" && app.workspace.channels.get(channel)?.isIm) {
    app.toast("error", whyNot(outcome.error, app));
  }
}

/** @param {App} app @param {string} channel @param {string | undefined} thread @param {string} text @returns {Promise<void>} */
async function sendCommand(app, channel, thread, text) {
  const command = /^\S+/.exec(text)?.[0] ?? text;
  const outcome = await act("/sim/slash", {
    user: app.me,
    channel,
    command,
    text: text.slice(command.length).trim(),
    ...(thread === undefined ? {} : { thread_ts: thread }),
  });
  // Slackbot answers in the channel when the app does not; here stands what to do about it.
  if (outcome.error === "unreachable") suggest(placeOf(channel, thread), text);
  if (["unreachable", "dispatch_failed", "operation_timeout"].includes(outcome.error ?? "")) {
    app.toast("error", whyNot(outcome.error, app));
  }
}

/** @type {Map<string, (text: string) => void>} composers by place, to give them text */
const composers = new Map();

/** @param {string} place @param {(text: string) => void} setText @returns {void} */
export function registerComposer(place, setText) {
  composers.set(place, setText);
}

/** Puts text into a composer, ready to be sent. @param {string} place @param {string} text @returns {void} */
export function suggest(place, text) {
  composers.get(place)?.(text);
}

/** @param {string} channel @param {string | undefined} thread @returns {string} names a composer and its draft */
export function placeOf(channel, thread) {
  return thread === undefined ? channel : `${channel}/${thread}`;
}
