// @ts-check
/** Keeps a list at its end while its reader is there, and where it is while they read further up. */

const NEAR_END_PX = 80;

/** @type {WeakSet<HTMLElement>} */
const away = new WeakSet();

/** @param {HTMLElement} list @returns {void} to be called once for each list */
export function followEnd(list) {
  list.scrollTop = list.scrollHeight;
  list.addEventListener(
    "scroll",
    () => {
      const distance = list.scrollHeight - list.scrollTop - list.clientHeight;
      if (distance > NEAR_END_PX) away.add(list);
      else away.delete(list);
    },
    { passive: true },
  );
  new ResizeObserver(() => keepEnd(list)).observe(list);
}

/** @param {HTMLElement} list @returns {void} */
function keepEnd(list) {
  if (!away.has(list)) list.scrollTop = list.scrollHeight;
}

/** To be called after every update of the page. @returns {void} */
export function keepEnds() {
  for (const list of document.querySelectorAll("[data-follow]")) {
    if (list instanceof HTMLElement) keepEnd(list);
  }
}
