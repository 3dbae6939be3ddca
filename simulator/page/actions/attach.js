// @ts-check
/** Files beside a message box: uploaded at once, sent with the next message. */

import { upload } from "../api.js";

/** @typedef {import("../state/app.js").App} App */

/** @param {App} app @param {string} place @param {readonly File[]} files @returns {Promise<void>} */
export async function attach(app, place, files) {
  for (const file of files) {
    const stored = await upload(app.me, file);
    if (stored === null) {
      app.toast("error", `${file.name} could not be uploaded. The simulator takes up to 16 MB.`);
      continue;
    }
    app.uploads.set(stored.id, stored);
    app.attached.set(place, [...(app.attached.get(place) ?? []), stored.id]);
    app.update();
  }
}

/** @param {App} app @param {string} place @param {string} id @returns {void} */
export function detach(app, place, id) {
  const left = (app.attached.get(place) ?? []).filter((one) => one !== id);
  app.attached.set(place, left);
  app.update();
}

/** @param {App} app @param {string} place @returns {string[]} ids of the files, which are no longer beside the box then */
export function takeAttached(app, place) {
  const ids = app.attached.get(place) ?? [];
  app.attached.delete(place);
  return ids;
}
