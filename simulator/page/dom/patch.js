// @ts-check
/**
 * Makes the document look like a description, touching only what differs.
 *
 * Nodes are kept by key, so an arriving message never rebuilds the box somebody is typing in. A
 * description that is the very same object as the last one is skipped together with all below it.
 */

import { safeUrl } from "./h.js";

/** @typedef {import("./h.js").VNode} VNode */
/** @typedef {{description: VNode | string, node: Node}} Mounted */

/** @type {WeakMap<Node, Mounted[]>} */
const mountedIn = new WeakMap();
/** @type {WeakMap<Element, Map<string, (event: Event) => void>>} */
const listenersOf = new WeakMap();

const SVG = "http://www.w3.org/2000/svg";
const urlAttributes = new Set(["href", "src"]);

/**
 * @param {Element} parent owned by `patch` alone: nobody else adds or removes its children
 * @param {readonly (VNode | string)[]} children
 * @returns {void}
 */
export function patch(parent, children) {
  const before = mountedIn.get(parent) ?? [];
  const free = new Map(
    identify(before.map((entry) => entry.description)).map((id, i) => [id, before[i]]),
  );
  const ids = identify(children);
  /** @type {Mounted[]} */
  const after = [];
  /** @type {((() => void) | undefined)[]} */
  const fresh = [];
  for (const [index, description] of children.entries()) {
    const id = ids[index] ?? "";
    const old = free.get(id);
    if (old === undefined) {
      const { node, mounted } = create(description, parent);
      after.push({ description, node });
      fresh.push(mounted);
    } else {
      free.delete(id);
      update(old, description);
      after.push({ description, node: old.node });
    }
  }
  for (const entry of free.values()) entry?.node.parentNode?.removeChild(entry.node);
  place(parent, after);
  mountedIn.set(parent, after);
  for (const mounted of fresh) mounted?.();
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

/**
 * @param {VNode | string} description
 * @param {Element} parent
 * @returns {{node: Node, mounted?: () => void}} `mounted` is to be called once the node is in the document
 */
function create(description, parent) {
  if (typeof description === "string") return { node: document.createTextNode(description) };
  const inSvg = description.tag === "svg" || parent.namespaceURI === SVG;
  const element = inSvg
    ? document.createElementNS(SVG, description.tag)
    : document.createElement(description.tag);
  for (const [name, value] of Object.entries(description.props)) setProp(element, name, value);
  patch(element, description.children);
  // A select takes its value only once its options are there.
  if (description.tag === "select") setProp(element, "value", description.props["value"]);
  const ref = description.props["ref"];
  if (typeof ref !== "function") return { node: element };
  return { node: element, mounted: () => ref(element) };
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
  if (name.startsWith("on")) {
    setListener(element, name.slice(2).toLowerCase(), value);
  } else if (name === "value" || name === "checked" || name === "indeterminate") {
    Reflect.set(element, name, value ?? (name === "value" ? "" : false));
  } else if (value === null || value === undefined || value === false) {
    element.removeAttribute(name);
  } else if (urlAttributes.has(name)) {
    const url = safeUrl(value);
    if (url === null) element.removeAttribute(name);
    else element.setAttribute(name, url);
  } else {
    element.setAttribute(name, value === true ? "" : String(value));
  }
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
