// @ts-check
/** Sends messages and slash commands from a composer. The simulator turns names into mentions. */

import { act } from "../api.js";
import { text as textOf } from "../state/shape.js";
import { whyNot } from "./interact.js";
import { addressOf, go } from "./navigate.js";

/** @typedef {import("../state/app.js").App} App */

/**
 * Sends what a person typed.
 *
 * @param {App} app
 * @param {string} channel
 * @param {string | undefined} thread
 * @param {string} typed
 * @param {readonly string[]} [files] ids of uploaded files
 * @returns {Promise<void>}
 */
export async function send(app, channel, thread, typed, files = []) {
  const text = typed.trim();
  if (text === "" && files.length === 0) return;
  // A space before the slash makes a message of it, as in Slack.
  if (typed.startsWith("/") && files.length === 0) await sendCommand(app, channel, thread, text);
  else await sendMessage(app, channel, thread, text, files);
}

/** @param {App} app @param {string} channel @param {string | undefined} thread @param {string} text @param {readonly string[]} files @returns {Promise<void>} */
async function sendMessage(app, channel, thread, text, files) {
  const outcome = await act("/sim/message", {
    user: app.me,
    channel,
    text,
    ...(files.length === 0 ? {} : { files }),
    ...(thread === undefined ? {} : { thread_ts: thread }),
  });
  // The message is in the channel even if the app did not receive the event.
  const ts = textOf(outcome.answer["ts"]);
  if (ts !== "" && thread === undefined && isAgentChannel(app, channel)) go(addressOf(channel, ts));
  if (outcome.answer["ts"] === undefined) {
    app.toast("error", `The message was not sent. ${whyNot(outcome.error, app)}`);
    suggest(placeOf(channel, thread), text);
  } else if (outcome.error === "dispatch_failed" && app.workspace.channels.get(channel)?.isIm) {
    app.toast("error", whyNot(outcome.error, app));
  }
}

/** Whether each message begins a thread, in which the agent answers. @param {App} app @param {string} channel @returns {boolean} */
function isAgentChannel(app, channel) {
  return app.workspace.isAgent && channel === app.workspace.appChannel;
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

/** @param {App} app @param {string} channel @param {string} thread @returns {Promise<void>} */
export async function stopAgent(app, channel, thread) {
  const outcome = await act("/sim/session-stop", { user: app.me, channel, thread_ts: thread });
  if (!outcome.acked) app.toast("error", whyNot(outcome.error, app));
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
