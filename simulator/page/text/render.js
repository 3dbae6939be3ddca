// @ts-check
/** Shows formatted text. */

import { h, safeUrl } from "../dom/h.js";
import { formatDate } from "./date.js";
import { emojiCharacter } from "./emoji.js";

/** @typedef {import("../dom/h.js").Child} Child */
/** @typedef {import("../dom/h.js").VNode} VNode */
/** @typedef {import("./nodes.js").Inline} Inline */
/** @typedef {import("./nodes.js").TextBlock} TextBlock */

/**
 * What text needs to know to name people and places.
 *
 * @typedef {object} Names
 * @property {(id: string) => string | undefined} user
 * @property {(id: string) => string | undefined} channel
 * @property {(id: string) => string | undefined} group
 * @property {(id: string) => boolean} isMe true for the reader and for the groups the reader is in
 */

/**
 * @param {readonly TextBlock[]} blocks
 * @param {Names} names
 * @returns {VNode[]}
 */
export function renderText(blocks, names) {
  return blocks.map((block) => renderBlock(block, names));
}

/** @param {TextBlock} block @param {Names} names @returns {VNode} */
function renderBlock(block, names) {
  switch (block.type) {
    case "paragraph":
      return h("p", { class: "text" }, renderInline(block.children, names));
    case "heading":
      return h(
        `h${Math.min(6, block.level + 2)}`,
        { class: `text text-h${block.level}` },
        renderInline(block.children, names),
      );
    case "hanging":
      return h(
        "div",
        { class: "text hanging" },
        h("span", { class: "hanging-marker" }, `${block.marker} `),
        h("span", null, renderInline(block.children, names)),
      );
    case "quote":
      return h("blockquote", { class: "text" }, renderText(block.children, names));
    case "pre":
      return h(
        "pre",
        { class: "text", tabindex: "0" },
        block.text,
        renderInline(block.children ?? [], names),
      );
    case "rule":
      return h("hr", { class: "divider" });
    case "list":
      return renderList(block, names);
    case "table":
      return renderTable(block, names);
  }
}

/**
 * @param {Extract<TextBlock, {type: "list"}>} list
 * @param {Names} names
 * @returns {VNode}
 */
function renderList(list, names) {
  const items = list.items.map((item) =>
    h(
      "li",
      item.checked === undefined ? null : { class: "task" },
      item.checked === undefined
        ? null
        : h("input", {
            type: "checkbox",
            checked: item.checked,
            disabled: true,
            "aria-label": item.checked ? "done" : "to do",
          }),
      renderText(item.blocks, names),
    ),
  );
  const shape = { class: `text list indent-${Math.min(8, list.indent)}` };
  return list.ordered ? h("ol", { ...shape, start: list.start }, items) : h("ul", shape, items);
}

/**
 * @param {Extract<TextBlock, {type: "table"}>} table
 * @param {Names} names
 * @returns {VNode}
 */
function renderTable(table, names) {
  const rows = table.rows.map((row, index) =>
    h(
      "tr",
      null,
      row.map((cell, column) =>
        h(
          table.header && index === 0 ? "th" : "td",
          {
            class: `align-${table.align[column] ?? "left"}`,
            scope: table.header && index === 0 ? "col" : null,
          },
          renderInline(cell, names),
        ),
      ),
    ),
  );
  const head = table.header ? [h("thead", null, rows[0])] : [];
  const body = table.header ? rows.slice(1) : rows;
  return h(
    "div",
    { class: "table-scroll", tabindex: "0" },
    h("table", { class: "data" }, head, h("tbody", null, body)),
  );
}

/**
 * @param {readonly Inline[]} nodes
 * @param {Names} names
 * @returns {Child[]}
 */
export function renderInline(nodes, names) {
  return nodes.map((node) => renderNode(node, names));
}

/** @param {Inline} node @param {Names} names @returns {Child} */
function renderNode(node, names) {
  switch (node.type) {
    case "text":
      return node.text;
    case "break":
      return h("br", null);
    case "style":
      return h(
        { bold: "strong", italic: "em", strike: "s", underline: "u" }[node.style],
        null,
        renderInline(node.children, names),
      );
    case "code":
      return h("code", null, node.text);
    case "link":
      return renderLink(node.url, renderInline(node.children, names));
    case "user":
      return mention(`@${names.user(node.id) ?? node.label ?? node.id}`, names.isMe(node.id), {
        "data-user": node.id,
      });
    case "group":
      return mention(
        `@${names.group(node.id) ?? node.label?.replace(/^@/, "") ?? node.id}`,
        names.isMe(node.id),
        { "data-group": node.id },
      );
    case "broadcast":
      return mention(`@${node.range}`, true, {});
    case "channel":
      return channelLink(node, names);
    case "emoji":
      return renderEmoji(node.name, node.character);
    case "date":
      return renderDate(node);
    case "color":
      return h("code", null, node.value);
  }
}

/** @param {string} url @param {Child} children @returns {VNode} */
function renderLink(url, children) {
  if (safeUrl(url) === null) return h("span", null, children);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, children);
}

/** @param {string} label @param {boolean} me @param {Record<string, string>} hooks @returns {VNode} */
function mention(label, me, hooks) {
  return h("span", { class: me ? "mention me" : "mention", ...hooks }, label);
}

/** @param {Extract<Inline, {type: "channel"}>} node @param {Names} names @returns {VNode} */
function channelLink(node, names) {
  const name = names.channel(node.id);
  if (name === undefined) return mention(`#${node.label ?? node.id}`, false, {});
  return h("a", { class: "mention", href: `#${node.id}` }, `#${name}`);
}

/**
 * @param {string} name
 * @param {string} [character]
 * @returns {Child} the short name with colons when no character is known
 */
export function renderEmoji(name, character = emojiCharacter(name)) {
  if (character === undefined) return `:${name}:`;
  return h(
    "span",
    {
      class: "emoji",
      role: "img",
      "aria-label": `${name.replaceAll("_", " ")} emoji`,
      title: `:${name}:`,
    },
    character,
  );
}

/** @param {Extract<Inline, {type: "date"}>} node @returns {VNode} */
function renderDate(node) {
  const date = new Date(node.timestamp * 1000);
  const shown = Number.isNaN(date.getTime())
    ? node.fallback
    : formatDate(node.timestamp, node.format, new Date());
  const time = h(
    "time",
    { datetime: Number.isNaN(date.getTime()) ? null : date.toISOString(), title: node.fallback },
    shown,
  );
  return node.url === undefined ? time : renderLink(node.url, time);
}
