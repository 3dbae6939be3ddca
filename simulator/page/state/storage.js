// @ts-check
/** Reads and writes the browser's storage. If the browser forbids it, nothing is kept. */

/**
 * @param {"local" | "session"} kind `local` is shared by all tabs, `session` is this tab's
 * @param {string} key
 * @returns {unknown} `undefined` when nothing readable is there
 */
export function recall(kind, key) {
  try {
    const stored = area(kind).getItem(`heddle.${key}`);
    return stored === null ? undefined : JSON.parse(stored);
  } catch {
    return undefined;
  }
}

/**
 * @param {"local" | "session"} kind
 * @param {string} key
 * @param {unknown} value `undefined` forgets it
 * @returns {void}
 */
export function remember(kind, key, value) {
  try {
    if (value === undefined) area(kind).removeItem(`heddle.${key}`);
    else area(kind).setItem(`heddle.${key}`, JSON.stringify(value));
  } catch {
    // A full or forbidden storage must not stop the page.
  }
}

/** @param {"local" | "session"} kind @returns {Storage} */
function area(kind) {
  return kind === "local" ? localStorage : sessionStorage;
}
