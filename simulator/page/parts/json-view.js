// @ts-check
/** JSON as a tree whose branches open and close. */

import { h } from "../dom/h.js";
import { isData } from "../state/shape.js";

/** @typedef {import("../dom/h.js").Child} Child */

/** Branches above this depth are open at first, unless they are long. */
const OPEN_DEPTH = 3;
const OPEN_MEMBERS = 24;

/** @param {unknown} value @returns {import("../dom/h.js").VNode} */
export function jsonView(value) {
  return h("div", { class: "json" }, branch(value, undefined, 0));
}

/** @param {unknown} value @param {string | undefined} name @param {number} depth @returns {Child} */
function branch(value, name, depth) {
  const label = name === undefined ? null : h("span", { class: "json-name" }, `${name}: `);
  if (!isData(value) && !Array.isArray(value))
    return h("div", { class: "json-leaf", key: name }, label, scalar(value));
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  const [begin, end] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  if (members.length === 0)
    return h("div", { class: "json-leaf", key: name }, label, `${begin}${end}`);
  const size = Array.isArray(value) ? `${begin}${members.length}${end}` : `${begin}…${end}`;
  return h(
    "details",
    { class: "json-branch", key: name, open: depth < OPEN_DEPTH && members.length <= OPEN_MEMBERS },
    h("summary", null, label, h("span", { class: "json-size" }, size)),
    members.map(([key, member]) => branch(member, key, depth + 1)),
  );
}

/** @param {unknown} value @returns {Child} */
function scalar(value) {
  const kind = value === null ? "null" : typeof value;
  return h("span", { class: `json-${kind}` }, JSON.stringify(value) ?? "undefined");
}
