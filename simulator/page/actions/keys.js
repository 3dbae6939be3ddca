// @ts-check
/** Keys that work everywhere on the page. */

import { placesOf } from "../state/places.js";
import { addressOf, go } from "./navigate.js";

/** @typedef {import("../state/app.js").App} App */

/** @param {App} app @returns {void} */
export function watchKeys(app) {
  document.addEventListener("keydown", (event) => {
    const isCommand = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    if (isCommand && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (document.querySelector("dialog[open]") === null) app.jump(true);
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.altKey && step !== undefined) {
      event.preventDefault();
      walk(app, step);
    }
  });
}

/** Goes to the next or the previous place of the sidebar. @param {App} app @param {number} step @returns {void} */
function walk(app, step) {
  const places = placesOf(app);
  const here = app.route.place === "home" ? "#home" : addressOf(app.route.channel);
  const at = places.findIndex((place) => place.address === here);
  const next = places[(at + step + places.length) % places.length];
  if (next !== undefined) go(next.address);
}
