// @ts-check
/**
 * Makes the document look like a description, touching only what differs.
 *
 * Nodes are kept by key, so an arriving message never rebuilds the box that the user is typing in. A
 * description that is the very same object as the last one is skipped together with all below it.
 */

import { safeUrl } from "./h.js";

/** @typedef {import("./h.js").VNode} VNode */
/** @typedef {{description: VNode | string, node: Node}} Mounted */

/** @type {WeakMap<Node, Mounted[]>} */
const mountedIn = new WeakMap();
/** @type {WeakMap<Element, Map<string, (event: Event) => void>>} */
const listenersOf = new WeakMap();

/** Callbacks to run once the elements of this update are in the document. @type {(() => void)[]} */
let arrivals = [];
let depth = 0;

const SVG = "http://www.w3.org/2000/svg";
const urlAttributes = new Set(["href", "src"]);

/**
 * @param {Element} parent owned by `patch`: no other code adds or removes its children
 * @param {readonly (VNode | string)[]} children
 * @returns {void}
 */
export function patch(parent, children) {
  depth += 1;
  try {
    patchChildren(parent, children);
  } finally {
    depth -= 1;
  }
  if (depth > 0) return;
  const arrived = arrivals;
  arrivals = [];
  for (const arrive of arrived) arrive();
}

/** @param {Element} parent @param {readonly (VNode | string)[]} children @returns {void} */
function patchChildren(parent, children) {
  const before = mountedIn.get(parent) ?? [];
  const oldIds = identify(before.map((entry) => entry.description));
  const free = new Map(oldIds.map((id, index) => [id, before[index]]));
  const ids = identify(children);
  /** @type {Mounted[]} */
  const after = [];
  for (const [index, description] of children.entries()) {
    const id = ids[index] ?? "";
    const old = free.get(id);
    free.delete(id);
    if (old !== undefined) update(old, description);
    after.push({ description, node: old?.node ?? create(description, parent) });
  }
  for (const entry of free.values()) entry?.node.parentNode?.removeChild(entry.node);
  place(parent, after);
  mountedIn.set(parent, after);
}

/**
 * Gives each sibling an identity: its tag and key, or its tag and place among those without one.
 *
 * @param {readonly (VNode | string)[]} descriptions
 * @returns {string[]}
 */
function identify(descriptions) {
  /** @type {Map<string, number>} */
  const seen = new Map();
  return descriptions.map((description) => {
    const base =
      typeof description === "string"
        ? "#text"
        : `${description.tag}${description.key === undefined ? "" : ` ${description.key}`}`;
    const count = seen.get(base) ?? 0;
    seen.set(base, count + 1);
    return `${base}#${count}`;
  });
}

/**
 * Moving a node takes the focus away from it, so nodes already in place are left alone.
 *
 * @param {Element} parent
 * @param {readonly Mounted[]} entries
 * @returns {void}
 */
function place(parent, entries) {
  let cursor = parent.firstChild;
  for (const { node } of entries) {
    if (node === cursor) cursor = cursor.nextSibling;
    else parent.insertBefore(node, cursor);
  }
}

/** @param {VNode | string} description @param {Element} parent @returns {Node} */
function create(description, parent) {
  if (typeof description === "string") return document.createTextNode(description);
  const inSvg = description.tag === "svg" || parent.namespaceURI === SVG;
  const element = inSvg
    ? document.createElementNS(SVG, description.tag)
    : document.createElement(description.tag);
  for (const [name, value] of Object.entries(description.props)) setProp(element, name, value);
  patch(element, description.children);
  const ref = description.props["ref"];
  if (typeof ref === "function") arrivals.push(() => ref(element));
  return element;
}

/**
 * @param {Mounted} old
 * @param {VNode | string} description
 * @returns {void}
 */
function update(old, description) {
  if (old.description === description) return;
  if (typeof description === "string") {
    old.node.nodeValue = description;
    return;
  }
  if (typeof old.description === "string" || !(old.node instanceof Element)) return;
  const element = old.node;
  const before = old.description.props;
  for (const name of Object.keys(before)) {
    if (!(name in description.props)) setProp(element, name, undefined);
  }
  for (const [name, value] of Object.entries(description.props)) {
    if (before[name] !== value) setProp(element, name, value);
  }
  patch(element, description.children);
}

/**
 * @param {Element} element
 * @param {string} name
 * @param {unknown} value
 * @returns {void}
 */
function setProp(element, name, value) {
  if (name === "ref") return;
  if (name.startsWith("on")) setListener(element, name.slice(2).toLowerCase(), value);
  else if (name === "value") Reflect.set(element, name, value ?? "");
  else if (name === "checked") Reflect.set(element, name, value === true);
  else setAttribute(element, name, urlAttributes.has(name) ? safeUrl(value) : value);
}

/**
 * @param {Element} element
 * @param {string} name
 * @param {unknown} value `true` for present, texts and numbers as they are, absent for all else
 * @returns {void}
 */
function setAttribute(element, name, value) {
  if (value === true) element.setAttribute(name, "");
  else if (typeof value === "string" || typeof value === "number")
    element.setAttribute(name, `${value}`);
  else element.removeAttribute(name);
}

/**
 * One listener per element and event stays attached; only what it calls changes.
 *
 * @param {Element} element
 * @param {string} type
 * @param {unknown} handler
 * @returns {void}
 */
function setListener(element, type, handler) {
  let handlers = listenersOf.get(element);
  if (handlers === undefined) {
    handlers = new Map();
    listenersOf.set(element, handlers);
  }
  const known = handlers.has(type);
  handlers.set(type, typeof handler === "function" ? (event) => handler(event) : () => undefined);
  if (!known)
    element.addEventListener(type, (event) => listenersOf.get(element)?.get(type)?.(event));
}
