// @ts-check
/** A composer: where its text goes, and its element on the page. */

/** @typedef {import("../state/app.js").App} App */
/** @typedef {{app: App, channel: string, thread: string | undefined, place: string, id: string}} Box */

/** @param {Box} box @returns {HTMLTextAreaElement | null} */
export function areaOf(box) {
  const area = document.getElementById(box.id);
  return area instanceof HTMLTextAreaElement ? area : null;
}

/**
 * Writes into the box as if it was typed.
 *
 * @param {Box} box
 * @param {string} typed
 * @param {number} [caret]
 * @returns {void}
 */
export function write(box, typed, caret = typed.length) {
  const area = areaOf(box);
  if (area === null) return;
  area.value = typed;
  area.setSelectionRange(caret, caret);
  area.dispatchEvent(new Event("input"));
}
