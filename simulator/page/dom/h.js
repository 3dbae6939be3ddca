// @ts-check
/**
 * Descriptions of DOM nodes.
 *
 * Every part of the page returns such descriptions and `patch` makes the document look like them.
 * Text always becomes a text node and a URL is checked before it becomes an attribute, so data from
 * messages cannot turn into markup: nothing on this page sets HTML from a string.
 */

/**
 * @typedef {object} VNode
 * @property {string} tag
 * @property {string | undefined} key distinguishes siblings, so that an update keeps each one's node
 * @property {Props} props
 * @property {readonly (VNode | string)[]} children
 */
/** @typedef {Record<string, unknown>} Props */
/** @typedef {VNode | string | number | null | undefined | false | readonly Child[]} Child */

/**
 * Describes an element.
 *
 * Props: `key`; `ref` (called once, when the new element stands in the document); `onX` (listener for event `x`); `value`
 * and `checked` (set only when they differ from the last description, so that what a person typed
 * stays); the rest are attributes, where `true` means present and `null`, `undefined`, `false` absent.
 *
 * @param {string} tag
 * @param {Props | null} [props]
 * @param {...Child} children
 * @returns {VNode}
 */
export function h(tag, props, ...children) {
  const { key, ...rest } = props ?? {};
  return {
    tag,
    key: typeof key === "string" || typeof key === "number" ? `${key}` : undefined,
    props: rest,
    children: flatten(children),
  };
}

/**
 * @param {readonly Child[]} children
 * @returns {(VNode | string)[]} without the empty ones, nested lists opened
 */
export function flatten(children) {
  /** @type {(VNode | string)[]} */
  const flat = [];
  for (const child of children) {
    if (child === null || child === undefined || child === false || child === "") continue;
    if (typeof child === "string") flat.push(child);
    else if (typeof child === "number") flat.push(String(child));
    else if ("tag" in child) flat.push(child);
    else flat.push(...flatten(child));
  }
  return flat;
}

/**
 * Joins class names.
 *
 * @param {...(string | false | null | undefined)} names
 * @returns {string}
 */
export function classes(...names) {
  return names.filter(Boolean).join(" ");
}

const safeSchemes = new Set(["http:", "https:", "mailto:", "tel:"]);

/**
 * Checks a link before it becomes an attribute.
 *
 * @param {unknown} url
 * @returns {string | null} `null` for anything but web, mail and telephone links and paths of this page
 */
export function safeUrl(url) {
  if (typeof url !== "string") return null;
  try {
    const parsed = new URL(url, "http://page.invalid/");
    return safeSchemes.has(parsed.protocol) ? url : null;
  } catch {
    return null;
  }
}
