// @ts-check
/** Clicks, choices and modals: what goes to the app, and what is shown when it does not answer. */

import { act } from "../api.js";
import { originKey } from "../state/app.js";
import { elementState } from "../state/element-state.js";
import { fieldKey, fields } from "../state/form.js";
import { data, dataList, isData, text } from "../state/shape.js";
import { closeView } from "./hear.js";

/** @typedef {import("../state/app.js").App} App */
/** @typedef {import("../state/app.js").Origin} Origin */
/** @typedef {import("../state/shape.js").Data} Data */

/**
 * Sends an element's action, after its confirm dialog if it has one.
 *
 * @param {App} app
 * @param {Origin} origin
 * @param {string} blockId
 * @param {Data} element
 * @param {{value?: string, selected?: import("../state/form.js").Sent}} chosen
 * @returns {Promise<void>}
 */
export async function sendAction(app, origin, blockId, element, chosen) {
  if (isData(element["confirm"]) && !(await app.ask(element["confirm"]))) return;
  const key = `${originKey(origin)}/${fieldKey(blockId, element)}`;
  app.pending.set(key, "busy");
  app.update();
  const place =
    origin.kind === "message" ? { channel: origin.channel, ts: origin.ts } : { view_id: origin.id };
  const outcome = await act("/sim/action", {
    user: app.me,
    action_id: text(element["action_id"]),
    block_id: blockId,
    ...chosen,
    ...place,
    state: statesOf(fields(app, origin, blocksAt(app, origin))),
  });
  if (outcome.acked) app.pending.delete(key);
  else app.pending.set(key, whyNot(outcome.error, app));
  app.update();
}

/** @param {ReturnType<typeof fields>} filled @returns {Record<string, Data>} `state.values` */
function statesOf(filled) {
  /** @type {Record<string, Data>} */
  const states = {};
  for (const { blockId, element, value } of filled) {
    const block = states[blockId] ?? {};
    states[blockId] = block;
    block[text(element["action_id"])] = elementState(element, value);
  }
  return states;
}

/** @param {App} app @param {Origin} origin @returns {Data[]} */
function blocksAt(app, origin) {
  if (origin.kind === "message")
    return dataList(app.book.find(origin.channel, origin.ts)?.["blocks"]);
  const view = origin.home ? app.home : app.views.find((open) => open["id"] === origin.id);
  return dataList(view?.["blocks"]);
}

/**
 * @param {string | undefined} error
 * @param {App} app
 * @returns {string} for a person
 */
export function whyNot(error, app) {
  const name = app.workspace.bot.name;
  switch (error) {
    case "operation_timeout":
      return `${name} did not answer within 3 seconds. Try again.`;
    case "dispatch_failed":
    case "not_connected":
      return `${name} is not connected. Start the bot, then try again.`;
    case "unreachable":
      return "The simulator does not answer. Is it still running?";
    case undefined:
      return `${name} does not listen to this.`;
    default:
      return `This did not work (${error}). Try again.`;
  }
}

/** @param {App} app @param {Data} view @returns {Promise<void>} */
export async function submitView(app, view) {
  const id = text(view["id"]);
  /** @type {Origin} */
  const origin = { kind: "view", id, home: false };
  const filled = fields(app, origin, dataList(view["blocks"]));
  clearProblems(app, id);
  app.pending.set(id, "busy");
  app.update();
  const outcome = await act("/sim/view-submit", {
    user: app.me,
    view_id: id,
    values: statesOf(filled),
  });
  app.pending.delete(id);
  const errors = data(outcome.answer["errors"]);
  for (const { blockId, element } of filled) {
    if (errors[blockId] !== undefined)
      app.problems.set(`${id}/${fieldKey(blockId, element)}`, text(errors[blockId]));
  }
  const isRefused = outcome.error === "invalid_input";
  if (outcome.error !== undefined && !isRefused) app.pending.set(id, whyNot(outcome.error, app));
  app.update();
  if (Object.keys(errors).length > 0) focusFirstProblem();
}

/** @param {App} app @param {string} id @returns {void} */
function clearProblems(app, id) {
  for (const key of [...app.problems.keys()]) {
    if (key.startsWith(`${id}/`)) app.problems.delete(key);
  }
}

/** @returns {void} */
function focusFirstProblem() {
  setTimeout(() => {
    const field = document.querySelector('dialog [aria-invalid="true"]');
    if (field instanceof HTMLElement) field.focus();
  }, 20);
}

/** @param {App} app @param {Data} view @returns {Promise<void>} closes at once: Slack does not wait for the app here */
export async function dismissView(app, view) {
  const id = text(view["id"]);
  closeView(app, id);
  app.pending.delete(id);
  app.update();
  await act("/sim/view-close", { user: app.me, view_id: id });
}

/**
 * @param {App} app
 * @param {string} channel
 * @param {string} ts
 * @param {string} name
 * @param {boolean} mine whether the person has reacted so already, and takes it back
 * @returns {Promise<void>}
 */
export async function react(app, channel, ts, name, mine) {
  const outcome = await act("/sim/reaction", {
    user: app.me,
    channel,
    ts,
    name,
    ...(mine ? { remove: true } : {}),
  });
  const harmless = new Set([
    undefined,
    "already_reacted",
    "no_reaction",
    "operation_timeout",
    "dispatch_failed",
  ]);
  if (!harmless.has(outcome.error)) app.toast("error", whyNot(outcome.error, app));
}

/**
 * @param {App} app
 * @param {string} callbackId
 * @param {{channel?: string, ts?: string}} message none for a global shortcut
 * @returns {Promise<void>}
 */
export async function useShortcut(app, callbackId, message) {
  const body = { user: app.me, callback_id: callbackId, ...message };
  const outcome = await act("/sim/shortcut", body);
  if (!outcome.acked) app.toast("error", whyNot(outcome.error, app));
}
