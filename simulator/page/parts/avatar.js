// @ts-check
/** Pictures of people, made of their initials. */

import { h } from "../dom/h.js";

const COLORS = 8;

/**
 * @param {string} id
 * @param {string} name
 * @param {{isBot?: boolean, small?: boolean}} [look]
 * @returns {import("../dom/h.js").VNode}
 */
export function avatar(id, name, look = {}) {
  const size = look.small === true ? " small" : "";
  if (look.isBot === true) {
    return h("img", { class: `avatar${size}`, src: "/page/bot.svg", alt: "" });
  }
  const color =
    Array.from(id).reduce((sum, character) => sum + character.charCodeAt(0), 0) % COLORS;
  const initials = name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => word.charAt(0).toUpperCase())
    .join("");
  // Not as text: it would be read and copied along with the name beside it.
  return h("span", {
    class: `avatar${size} color-${color}`,
    "aria-hidden": "true",
    "data-initials": initials || "?",
  });
}
