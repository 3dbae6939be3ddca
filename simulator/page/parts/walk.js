// @ts-check
/** Walking through a menu with the arrow keys. */

/** @param {KeyboardEvent} event @returns {void} */
export function moveBetweenItems(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined || !(event.currentTarget instanceof HTMLElement)) return;
  const items = [...event.currentTarget.querySelectorAll('[role="menuitem"]')];
  const at = items.findIndex((item) => item === document.activeElement);
  const next =
    items[at < 0 && step < 0 ? items.length - 1 : (at + step + items.length) % items.length];
  if (next instanceof HTMLElement) next.focus();
  event.preventDefault();
}
