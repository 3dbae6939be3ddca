// @ts-check
/** The rows above a message box: the app's status and suggested prompts. */

import { placeOf, stopAgent, suggest } from "../actions/send.js";
import { h } from "../dom/h.js";
import { firstRun } from "../state/tour.js";

/** @typedef {import("../state/app.js").App} App */
/** @typedef {import("../dom/h.js").VNode} VNode */

/** @param {App} app @param {string} channel @param {string | undefined} thread @returns {VNode | null} */
export function assistantStatus(app, channel, thread) {
  const session = app.assistant.session(channel, thread);
  const status = app.assistant.status(channel, thread) ?? (session && sessionWords[session.status]);
  if (status === undefined) return null;
  return h(
    "p",
    { class: "assistant-status", key: "status", role: "status" },
    h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")),
    `${app.workspace.bot.name} ${status}`,
    session?.canStop === true && thread !== undefined
      ? h(
          "button",
          { class: "link", type: "button", onClick: () => void stopAgent(app, channel, thread) },
          "Stop",
        )
      : null,
  );
}

/** What is shown of a session without a status of its own; nothing of one that rests. @type {Record<string, string>} */
const sessionWords = { processing: "is working", suspended: "waits for you" };

/** @param {App} app @param {string} channel @param {string | undefined} thread @returns {VNode | null} */
export function chips(app, channel, thread) {
  const place = placeOf(channel, thread);
  const offered = app.assistant.prompts(channel, thread) ?? ownPrompts(app, channel, thread);
  if (offered !== undefined)
    return row(
      place,
      offered.title || "Try",
      offered.prompts.map(({ title, message }) => ({
        label: title,
        typed: message,
        isCode: false,
      })),
    );
  const command = app.workspace.commands[0]?.command;
  if (command === undefined || thread !== undefined) return null;
  const tries = app.workspace.hasTour
    ? [command, `${command} list`, firstRun.replace("/workflow", command)]
    : app.workspace.commands.map((one) => one.command);
  return row(
    place,
    "Try",
    tries.map((typed) => ({ label: typed, typed, isCode: true })),
  );
}

/** The manifest's suggested prompts, in the direct message with the app. @param {App} app @param {string} channel @param {string | undefined} thread @returns {import("../state/assistant.js").Prompts | undefined} */
function ownPrompts(app, channel, thread) {
  const { appChannel, prompts } = app.workspace;
  if (channel !== appChannel || thread !== undefined || prompts.length === 0) return undefined;
  return { title: "Ask", prompts: [...prompts] };
}

/** @param {string} place @param {string} title @param {{label: string, typed: string, isCode: boolean}[]} offers @returns {VNode} */
function row(place, title, offers) {
  return h(
    "div",
    { class: "chips", key: "chips", role: "group", "aria-label": "What to try" },
    h("span", { class: "chips-label" }, title),
    offers.map(({ label, typed, isCode }) =>
      h(
        "button",
        {
          class: isCode ? "chip" : "chip words",
          key: label,
          type: "button",
          title: "Put into the message box",
          onClick: () => suggest(place, typed),
        },
        label,
      ),
    ),
  );
}
