// @ts-check
/** Keeps a list at its end while its reader is there, and where it is while they read further up. */

import { h } from "../dom/h.js";
import { icon } from "./icons.js";

const NEAR_END_PX = 80;
/** Further away than this, a button leads back to the end. */
const AWAY_PX = 400;

/** The scroll position of each list that follows its end; absent for lists scrolled further up. @type {WeakMap<HTMLElement, number>} */
const followed = new WeakMap();

/** @param {HTMLElement} list @returns {void} to be called once for each list */
export function followEnd(list) {
  toEnd(list);
  list.addEventListener("scroll", () => note(list), { passive: true });
  new ResizeObserver(() => keep(list)).observe(list);
}

/** To be called before every update of the page. @returns {void} */
export function noteEnds() {
  for (const list of lists()) note(list);
}

/** To be called after every update of the page. @returns {void} */
export function keepEnds() {
  for (const list of lists()) keep(list);
}

/** @returns {HTMLElement[]} */
function lists() {
  return [...document.querySelectorAll("[data-follow]")].filter(
    (list) => list instanceof HTMLElement,
  );
}

/** Determines whether the reader is at the end. A list that was never scrolled is, even if it became smaller. @param {HTMLElement} list @returns {void} */
function note(list) {
  list.toggleAttribute("data-away", distanceToEnd(list) > AWAY_PX);
  if (followed.get(list) === list.scrollTop) return;
  if (distanceToEnd(list) > NEAR_END_PX) followed.delete(list);
  else followed.set(list, list.scrollTop);
}

/** @param {HTMLElement} list @returns {number} in pixels */
function distanceToEnd(list) {
  return list.scrollHeight - list.scrollTop - list.clientHeight;
}

/** Leads back to the end of the list before it, for those who read far up. @returns {import("../dom/h.js").VNode} */
export function endButton() {
  const jump = (/** @type {Event} */ event) => {
    const list =
      event.currentTarget instanceof Element ? event.currentTarget.previousElementSibling : null;
    if (list instanceof HTMLElement) toEnd(list);
  };
  return h(
    "button",
    { class: "to-end", key: "to-end", type: "button", onClick: jump },
    icon("chevron"),
    "Newest messages",
  );
}

/** @param {HTMLElement} list @returns {void} */
function keep(list) {
  if (followed.has(list)) toEnd(list);
}

/** @param {HTMLElement} list @returns {void} */
function toEnd(list) {
  list.scrollTop = list.scrollHeight;
  list.removeAttribute("data-away");
  followed.set(list, list.scrollTop);
}
