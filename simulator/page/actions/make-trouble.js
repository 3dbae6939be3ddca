// @ts-check
/** Faults, broken connections and a fresh start: what a person does to the simulator itself. */

import { act, read, remove } from "../api.js";
import { dataList, number, text } from "../state/shape.js";
import { whyNot } from "./interact.js";

/** @typedef {import("../state/app.js").App} App */

const LOOK_MS = 1500;

/** Reads the pending faults, and polls them while the panel is open. @param {App} app @returns {Promise<void>} */
export async function watchFaults(app) {
  await loadFaults(app);
  setInterval(() => {
    const matters = app.tool === "faults" || app.faults.waiting.length > 0;
    if (matters && document.visibilityState === "visible") void loadFaults(app);
  }, LOOK_MS);
}

/** @param {App} app @returns {Promise<void>} */
export async function loadFaults(app) {
  const answer = await read("/sim/faults").catch(() => null);
  if (answer === null) return;
  const before = JSON.stringify(app.faults.waiting);
  app.faults.waiting = dataList(answer["faults"]);
  if (JSON.stringify(app.faults.waiting) !== before) app.update();
}

/** @param {App} app @param {import("../state/faults.js").Kind} kind @returns {Promise<void>} */
export async function addFault(app, kind) {
  const outcome = await act("/sim/faults", app.faults.body(kind));
  if (outcome.error === undefined) app.faults.problems.delete(kind.target);
  else {
    const reason = text(outcome.answer["message"]) || whyNot(outcome.error, app);
    app.faults.problems.set(kind.target, reason);
  }
  await loadFaults(app);
  app.update();
}

/** @param {App} app @param {string | undefined} id all of them without one @returns {Promise<void>} */
export async function removeFault(app, id) {
  await remove("/sim/faults", id === undefined ? {} : { id });
  await loadFaults(app);
}

/** @param {App} app @param {string} kind @returns {Promise<void>} */
export async function disconnect(app, kind) {
  const { error, answer } = await act("/sim/disconnect", { kind });
  const count = number(answer["disconnected"]) ?? 0;
  if (error !== undefined) app.toast("error", whyNot(error, app));
  else if (count === 0) app.toast("info", "There is no open connection.");
  else app.toast("info", `${count} ${count === 1 ? "connection" : "connections"} affected.`);
}

/** Forgets everything that was said, after asking. @param {App} app @returns {Promise<void>} */
export async function resetWorkspace(app) {
  const isMeant = await app.ask({
    title: { type: "plain_text", text: "Start with an empty workspace?" },
    text: {
      type: "plain_text",
      text: "All messages, open modals, mail and faults go. The bot's own state stays.",
    },
    confirm: { type: "plain_text", text: "Empty it" },
    deny: { type: "plain_text", text: "Cancel" },
    style: "danger",
  });
  if (!isMeant) return;
  const { error } = await act("/sim/reset", {});
  if (error !== undefined) app.toast("error", whyNot(error, app));
}
