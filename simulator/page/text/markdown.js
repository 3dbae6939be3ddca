// @ts-check
/** The blocks of standard Markdown: headings, lists, quotes, fences, tables, rules, paragraphs. */

import { parseMarkdownInline } from "./markdown-inline.js";

/** @typedef {import("./nodes.js").TextBlock} TextBlock */
/** @typedef {import("./nodes.js").ListItem} ListItem */
/** @typedef {{block: TextBlock, next: number}} Found */

const fence = /^\s*(`{3,}|~{3,})/;
const heading = /^(#{1,6})\s+(.*?)\s*#*$/;
const rule = /^\s*(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,})$/;
const item = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/;
const tableRule = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

/**
 * @param {string} source
 * @returns {TextBlock[]}
 */
export function parseMarkdown(source) {
  const lines = source.replaceAll("\r\n", "\n").split("\n");
  /** @type {TextBlock[]} */
  const blocks = [];
  /** @type {string[]} */
  let paragraph = [];
  const flush = () => {
    const text = paragraph.join("\n").trim();
    if (text !== "") blocks.push({ type: "paragraph", children: parseMarkdownInline(text) });
    paragraph = [];
  };
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? "";
    const found = line.trim() === "" ? null : blockAt(lines, at);
    if (found !== null || line.trim() === "") flush();
    if (found !== null) blocks.push(found.block);
    else if (line.trim() !== "") paragraph.push(line);
    at = found?.next ?? at + 1;
  }
  flush();
  return blocks;
}

/** @param {string[]} lines @param {number} at @returns {Found | null} `null` for a line of a paragraph */
function blockAt(lines, at) {
  const line = lines[at] ?? "";
  if (fence.test(line)) return fenceAt(lines, at);
  const title = heading.exec(line);
  if (title !== null) {
    const children = parseMarkdownInline(title[2] ?? "");
    return { block: { type: "heading", level: (title[1] ?? "#").length, children }, next: at + 1 };
  }
  if (rule.test(line)) return { block: { type: "rule" }, next: at + 1 };
  if (/^\s*(>|&gt;)/.test(line)) return quoteAt(lines, at);
  if (item.test(line)) return listAt(lines, at);
  if (line.includes("|") && tableRule.test(lines[at + 1] ?? "")) return tableAt(lines, at);
  return null;
}

/** @param {string[]} lines @param {number} at @returns {Found} */
function fenceAt(lines, at) {
  const mark = fence.exec(lines[at] ?? "")?.[1] ?? "```";
  let end = at + 1;
  while (end < lines.length && !(lines[end] ?? "").trim().startsWith(mark)) end += 1;
  return { block: { type: "pre", text: lines.slice(at + 1, end).join("\n") }, next: end + 1 };
}

/** @param {string[]} lines @param {number} at @returns {Found} */
function quoteAt(lines, at) {
  let end = at;
  while (end < lines.length && /^\s*(>|&gt;)/.test(lines[end] ?? "")) end += 1;
  const inside = lines.slice(at, end).map((line) => line.replace(/^\s*(>|&gt;) ?/, ""));
  return { block: { type: "quote", children: parseMarkdown(inside.join("\n")) }, next: end };
}

/** @param {string[]} lines @param {number} at @returns {Found} one level; deeper ones are parsed from its items */
function listAt(lines, at) {
  const [, space = "", mark = ""] = item.exec(lines.at(at) ?? "") ?? [];
  const ordered = /\d/.test(mark);
  /** @type {ListItem[]} */
  const items = [];
  let end = at;
  let next = at;
  while (isItem(lines.slice(next), space.length, ordered)) {
    end = endOfItem(lines, next, space.length);
    const [first = "", ...rest] = lines.slice(next, end);
    items.push(
      toItem([first.replace(item, "$3"), ...rest.map((line) => line.slice(space.length + 2))]),
    );
    // An empty line between two items does not end the list.
    next = lines.findIndex((line, index) => index >= end && line.trim() !== "");
    if (next < 0) break;
  }
  const start = ordered ? Number.parseInt(mark, 10) : 1;
  return { block: { type: "list", ordered, start, indent: 0, items }, next: end };
}

/** @param {string[]} lines @param {number} indent @param {boolean} ordered @returns {boolean} whether the first line is an item of this list */
function isItem([line = ""], indent, ordered) {
  const match = item.exec(line);
  return match !== null && match[1]?.length === indent && /\d/.test(match[2] ?? "") === ordered;
}

/** @param {string[]} lines @param {number} at of the item @param {number} indent @returns {number} the line after its last, more indented one */
function endOfItem(lines, at, indent) {
  const end = lines.findIndex((line, index) => index > at && line.search(/\S/) <= indent);
  return end < 0 ? lines.length : end;
}

/** @param {string[]} body @returns {ListItem} */
function toItem(body) {
  const task = /^\[([ xX])\]\s+/.exec(body[0] ?? "");
  const text = [(body[0] ?? "").slice(task?.[0].length ?? 0), ...body.slice(1)].join("\n");
  const blocks = parseMarkdown(text);
  return task === null ? { blocks } : { blocks, checked: task[1] !== " " };
}

/** @param {string[]} lines @param {number} at @returns {Found} */
function tableAt(lines, at) {
  const align = cells(lines[at + 1] ?? "").map((cell) =>
    cell.endsWith(":") ? (cell.startsWith(":") ? "center" : "right") : "left",
  );
  const rows = [cells(lines[at] ?? "")];
  let end = at + 2;
  while (end < lines.length && (lines[end] ?? "").includes("|")) {
    rows.push(cells(lines[end] ?? ""));
    end += 1;
  }
  const parsed = rows.map((row) => row.map((cell) => parseMarkdownInline(cell)));
  return { block: { type: "table", align, rows: parsed, header: true }, next: end };
}

/** @param {string} line @returns {string[]} */
function cells(line) {
  return line
    .trim()
    .replace(/^\|/, "")
    .replace(/\|$/, "")
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));
}
