// @ts-check
/** Inline formatting of standard Markdown, for the `markdown` block. */

import { emojiCharacter } from "./emoji.js";
import { decode, parseEntity } from "./entities.js";

/** @typedef {import("./nodes.js").Inline} Inline */
/** @typedef {(match: RegExpExecArray) => Inline | null} Reader */

/** @type {[RegExp, Reader][]} tried in this order at every place */
const readers = [
  [/^\\([\\`*_{}[\]()#+\-.!|~>])/, (match) => text(match[1])],
  [
    /^(`+)([^`]|[^`][\s\S]*?[^`])\1(?!`)/,
    (match) => ({ type: "code", text: (match[2] ?? "").trim() }),
  ],
  [/^(?: {2,}|\\)?\n/, () => ({ type: "break" })],
  [
    /^!?\[((?:[^[\]]|\[[^\]]*\])*)\]\(\s*<?([^\s)>]+)>?(?:\s+"[^"]*")?\s*\)/,
    (match) => link(match[2], parseMarkdownInline(match[1] ?? "")),
  ],
  [/^<((?:https?:\/\/|mailto:|[@#!])[^>\n]+)>/, (match) => parseEntity(match[1] ?? "")],
  [/^\*\*\*(?=\S)([\s\S]*?\S)\*\*\*/, (match) => styled("bold", `*${match[1]}*`)],
  [/^\*\*(?=\S)([\s\S]*?\S)\*\*(?!\*)/, (match) => styled("bold", match[1])],
  [/^__(?=\S)([\s\S]*?\S)__(?!\w)/, (match) => styled("bold", match[1])],
  [/^\*(?=[^\s*])([\s\S]*?[^\s*])\*(?!\*)/, (match) => styled("italic", match[1])],
  [/^_(?=[^\s_])([\s\S]*?[^\s_])_(?!\w)/, (match) => styled("italic", match[1])],
  [/^~~(?=\S)([\s\S]*?\S)~~/, (match) => styled("strike", match[1])],
  [/^:([a-z0-9_+'-]+):/, (match) => emojiNode(match[1] ?? "")],
  [/^https?:\/\/[^\s<>|*`]+[^\s<>|*`.,;:!?)'"\]]/, (match) => link(match[0], [text(match[0])])],
];

/**
 * @param {string} source
 * @returns {Inline[]}
 */
export function parseMarkdownInline(source) {
  /** @type {Inline[]} */
  const out = [];
  let plain = "";
  let at = 0;
  while (at < source.length) {
    const found = readAt(source, at);
    if (found === null) {
      plain += source[at];
      at += 1;
      continue;
    }
    if (plain !== "") out.push(text(plain));
    plain = "";
    out.push(found.node);
    at += found.length;
  }
  if (plain !== "") out.push(text(plain));
  return out;
}

/** @param {string} source @param {number} at @returns {{node: Inline, length: number} | null} */
function readAt(source, at) {
  if (!/[\\`\n !<[*_~:h]/.test(source[at] ?? "")) return null;
  // Inside a word neither `_` nor a bare link begins.
  const insideWord = /\w/.test(source[at - 1] ?? "");
  if (insideWord && /[_h]/.test(source[at] ?? "")) return null;
  const rest = source.slice(at);
  for (const [pattern, read] of readers) {
    const match = pattern.exec(rest);
    const node = match === null ? null : read(match);
    if (match !== null && node !== null) return { node, length: match[0].length };
  }
  return null;
}

/** @param {string | undefined} value @returns {Inline} */
function text(value) {
  return { type: "text", text: decode(value ?? "") };
}

/** @param {"bold" | "italic" | "strike"} style @param {string | undefined} inside @returns {Inline} */
function styled(style, inside) {
  return { type: "style", style, children: parseMarkdownInline(inside ?? "") };
}

/** @param {string | undefined} url @param {Inline[]} children @returns {Inline} */
function link(url, children) {
  return { type: "link", url: decode(url ?? ""), children };
}

/** @param {string} name @returns {Inline | null} */
function emojiNode(name) {
  return emojiCharacter(name) === undefined ? null : { type: "emoji", name };
}
