// @ts-check
/** Turns what stands in an editable element into a `rich_text` value, and a value into nodes to edit. */

import { data, dataList, text } from "../state/shape.js";

/** @typedef {import("../state/shape.js").Data} Data */
/** @typedef {(typed: string, style: Data) => Data[]} Reader makes elements of a run of text */
/** @typedef {{lookUp: (element: Data) => string}} Names how an element that is no text is written */

/** @type {Record<string, string>} */
const styleOfTag = {
  B: "bold",
  STRONG: "bold",
  I: "italic",
  EM: "italic",
  S: "strike",
  STRIKE: "strike",
  DEL: "strike",
  CODE: "code",
};
const tagOfStyle = [
  ["bold", "b"],
  ["italic", "i"],
  ["strike", "s"],
  ["code", "code"],
];

/**
 * @param {Element} root
 * @param {Reader} read
 * @returns {Data | undefined} `undefined` when nothing was written
 */
export function readRichText(root, read) {
  const page = new PageOfText(read);
  page.walk(root, {});
  return page.value();
}

/** Collects the parts of a value in the order of the document. */
class PageOfText {
  #read;
  /** @type {Data[]} */
  #parts = [];
  /** @type {Data[]} elements of the section under way */
  #line = [];

  /** @param {Reader} read */
  constructor(read) {
    this.#read = read;
  }

  /** @returns {Data | undefined} */
  value() {
    this.#endSection();
    return this.#parts.length === 0 ? undefined : { type: "rich_text", elements: this.#parts };
  }

  /** @param {Node} node @param {Data} style @returns {void} */
  walk(node, style) {
    for (const child of node.childNodes) {
      if (child instanceof Text) this.#line.push(...this.#read(clean(child.data), style));
      else if (child instanceof Element) this.#element(child, style);
    }
  }

  /** @param {Element} element @param {Data} style @returns {void} */
  #element(element, style) {
    switch (element.tagName) {
      case "BR":
        this.#newLine();
        break;
      case "UL":
      case "OL":
        this.#list(element, 0);
        break;
      case "BLOCKQUOTE":
        this.#box("rich_text_quote", element);
        break;
      case "PRE":
        this.#box("rich_text_preformatted", element);
        break;
      case "DIV":
      case "P":
        if (this.#line.length > 0) this.#newLine();
        this.walk(element, style);
        break;
      default:
        this.walk(element, withStyle(style, styleOfTag[element.tagName]));
    }
  }

  /** @returns {void} */
  #newLine() {
    this.#line.push({ type: "text", text: "\n" });
  }

  /** @param {Element} list @param {number} indent @returns {void} */
  #list(list, indent) {
    this.#endSection();
    const style = list.tagName === "OL" ? "ordered" : "bullet";
    /** @type {Data[]} */
    let items = [];
    const flush = () => {
      if (items.length > 0)
        this.#parts.push({ type: "rich_text_list", style, indent, elements: items });
      items = [];
    };
    for (const item of list.children) {
      const inner = [...item.querySelectorAll(":scope > ul, :scope > ol")];
      const isList = item.tagName === "UL" || item.tagName === "OL";
      if (!isList) {
        const section = new PageOfText(this.#read);
        section.walk(withoutLists(item), {});
        items.push({ type: "rich_text_section", elements: trimmed(section.#line) });
      }
      for (const deeper of isList ? [item] : inner) {
        flush();
        this.#list(deeper, indent + 1);
      }
    }
    flush();
  }

  /** @param {string} type @param {Element} element @returns {void} */
  #box(type, element) {
    this.#endSection();
    const inside = new PageOfText(this.#read);
    inside.walk(element, {});
    const elements = trimmed(inside.#line);
    if (elements.length > 0) this.#parts.push({ type, elements });
  }

  /** @returns {void} */
  #endSection() {
    const elements = trimmed(this.#line);
    if (elements.length > 0) this.#parts.push({ type: "rich_text_section", elements });
    this.#line = [];
  }
}

/** @param {Element} item @returns {Element} */
function withoutLists(item) {
  const copy = document.createElement("div");
  for (const child of item.childNodes) copy.append(child.cloneNode(true));
  for (const list of copy.querySelectorAll(":scope > ul, :scope > ol")) list.remove();
  return copy;
}

/** @param {string} typed @returns {string} without the marks that browsers put in to hold a place */
function clean(typed) {
  return typed.replaceAll("\u00a0", " ").replaceAll("\u200b", "");
}

/** @param {Data} style @param {string | undefined} name @returns {Data} */
function withStyle(style, name) {
  return name === undefined ? style : { ...style, [name]: true };
}

/** @param {Data[]} elements @returns {Data[]} without empty texts, and without line breaks at the end */
function trimmed(elements) {
  const kept = elements.filter((element) => element["type"] !== "text" || element["text"] !== "");
  while (kept.at(-1)?.["text"] === "\n") kept.pop();
  return kept;
}

/**
 * @param {Data} value a `rich_text` block
 * @param {Names} names
 * @returns {Node[]}
 */
export function editableNodes(value, names) {
  return dataList(value["elements"]).map((part) => editablePart(part, names));
}

/** @param {Data} part @param {Names} names @returns {Node} */
function editablePart(part, names) {
  const inner = dataList(part["elements"]);
  if (part["type"] === "rich_text_list") {
    const list = document.createElement(part["style"] === "ordered" ? "ol" : "ul");
    for (const item of inner) {
      const row = document.createElement("li");
      row.append(...dataList(item["elements"]).map((element) => editableText(element, names)));
      list.append(row);
    }
    return list;
  }
  const tags = new Map([
    ["rich_text_quote", "blockquote"],
    ["rich_text_preformatted", "pre"],
  ]);
  const box = document.createElement(tags.get(text(part["type"])) ?? "div");
  box.append(...inner.map((element) => editableText(element, names)));
  return box;
}

/** @param {Data} element @param {Names} names @returns {Node} */
function editableText(element, names) {
  const words = element["type"] === "text" ? text(element["text"]) : names.lookUp(element);
  const lines = words.split("\n").flatMap((line, index) => {
    const node = document.createTextNode(line);
    return index === 0 ? [node] : [document.createElement("br"), node];
  });
  const style = data(element["style"]);
  const span = document.createElement("span");
  span.append(...lines);
  return tagOfStyle.reduce((/** @type {HTMLElement} */ node, [name = "", tag = ""]) => {
    if (style[name] !== true) return node;
    const outer = document.createElement(tag);
    outer.append(node);
    return outer;
  }, span);
}
