// @ts-check
/** Turns the elements of a `rich_text` block into the common nodes. */

import { data, dataList, number, text } from "../state/shape.js";

/** @typedef {import("./nodes.js").Inline} Inline */
/** @typedef {import("./nodes.js").TextBlock} TextBlock */
/** @typedef {import("../state/shape.js").Data} Data */

/**
 * @param {Data} block
 * @returns {TextBlock[]}
 */
export function richTextBlocks(block) {
  return dataList(block["elements"]).flatMap((element) => toBlock(element));
}

/** @param {Data} element @returns {TextBlock[]} */
function toBlock(element) {
  const children = () => dataList(element["elements"]).flatMap(toInline);
  switch (element["type"]) {
    case "rich_text_section":
      return [{ type: "paragraph", children: children() }];
    case "rich_text_quote":
      return [{ type: "quote", children: [{ type: "paragraph", children: children() }] }];
    case "rich_text_preformatted":
      return [{ type: "pre", text: "", children: children() }];
    case "rich_text_list":
      return [
        {
          type: "list",
          ordered: element["style"] === "ordered",
          start: (number(element["offset"]) ?? 0) + 1,
          indent: number(element["indent"]) ?? 0,
          items: dataList(element["elements"]).map((item) => ({ blocks: toBlock(item) })),
        },
      ];
    default:
      return [];
  }
}

/** @param {Data} element @returns {Inline[]} */
function toInline(element) {
  const style = data(element["style"]);
  const bare = bareInline(element, style["code"] === true);
  /** @type {("bold" | "italic" | "strike" | "underline")[]} */
  const names = ["bold", "italic", "strike", "underline"];
  return names
    .filter((name) => style[name] === true)
    .reduce(
      (/** @type {Inline[]} */ children, name) => [{ type: "style", style: name, children }],
      bare,
    );
}

/** @param {Data} element @param {boolean} code @returns {Inline[]} */
function bareInline(element, code) {
  switch (element["type"]) {
    case "text":
      return code
        ? [{ type: "code", text: text(element["text"]) }]
        : textWithBreaks(text(element["text"]));
    case "link": {
      const url = text(element["url"]);
      return [
        {
          type: "link",
          url,
          children: [{ type: "text", text: text(element["text"], url) || url }],
        },
      ];
    }
    case "user":
      return [{ type: "user", id: text(element["user_id"]) }];
    case "channel":
      return [{ type: "channel", id: text(element["channel_id"]) }];
    case "usergroup":
      return [{ type: "group", id: text(element["usergroup_id"]) }];
    case "broadcast":
      return [{ type: "broadcast", range: text(element["range"]) }];
    case "emoji":
      return [{ type: "emoji", name: text(element["name"]), ...unicode(element["unicode"]) }];
    case "color":
      return [{ type: "color", value: text(element["value"]) }];
    case "date":
      return [dateNode(element)];
    default:
      return textWithBreaks(text(element["text"]));
  }
}

/** @param {string} value @returns {Inline[]} */
function textWithBreaks(value) {
  /** @type {Inline[]} */
  const out = [];
  for (const [index, line] of value.split("\n").entries()) {
    if (index > 0) out.push({ type: "break" });
    if (line !== "") out.push({ type: "text", text: line });
  }
  return out;
}

/** @param {unknown} value such as `1f44b-1f3fd` @returns {{character?: string}} */
function unicode(value) {
  const points = text(value)
    .split("-")
    .map((point) => Number.parseInt(point, 16));
  if (points.length === 0 || points.some((point) => !(point > 0 && point <= 0x10ffff))) return {};
  return { character: String.fromCodePoint(...points) };
}

/** @param {Data} element @returns {Inline} */
function dateNode(element) {
  const url = text(element["url"]);
  return {
    type: "date",
    timestamp: number(element["timestamp"]) ?? 0,
    format: text(element["format"], "{date_num}"),
    fallback: text(element["fallback"]),
    ...(url === "" ? {} : { url }),
  };
}
