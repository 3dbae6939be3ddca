// @ts-check
/**
 * Remembers how messages look. A message is replaced when it changes, so the same object looks the
 * same, unless it has something to click on or one of its menus is open.
 */

/** @typedef {import("../dom/h.js").VNode} VNode */
/** @typedef {import("../state/message-book.js").Message} Message */

/** @type {WeakMap<Message, Map<string, VNode>>} */
const looks = new WeakMap();
/** @type {WeakMap<Message, boolean>} */
const interactive = new WeakMap();

/**
 * @param {Message} message
 * @param {string} circumstances all other values that the rendering depends on
 * @param {() => VNode} draw
 * @returns {VNode}
 */
export function remembered(message, circumstances, draw) {
  let known = looks.get(message);
  if (known === undefined) {
    known = new Map();
    looks.set(message, known);
  }
  const look = known.get(circumstances) ?? draw();
  known.set(circumstances, look);
  return look;
}

/** @param {Message} message @returns {boolean} */
export function isInteractive(message) {
  let answer = interactive.get(message);
  if (answer === undefined) {
    answer = JSON.stringify([message["blocks"], message["attachments"]]).includes('"action_id"');
    interactive.set(message, answer);
  }
  return answer;
}
