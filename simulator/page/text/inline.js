// @ts-check
/** Inline formatting of mrkdwn: `*bold*`, `_italic_`, `~strike~`, code, control sequences, emoji, bare links. */

import { emojiCharacter } from "./emoji.js";
import { decode, parseEntity } from "./entities.js";

/** @typedef {import("./nodes.js").Inline} Inline */

/** @type {Record<string, "bold" | "italic" | "strike">} */
const styles = { "*": "bold", _: "italic", "~": "strike" };
const wordCharacter = /[\p{L}\p{N}]/u;

/**
 * @param {string} text one or more lines, still escaped as Slack stores it
 * @param {{verbatim?: boolean}} [options] `verbatim`: bare links stay text
 * @returns {Inline[]}
 */
export function parseInline(text, options = {}) {
  /** @type {Inline[]} */
  const out = [];
  let plain = "";
  const flush = () => {
    if (plain !== "") out.push({ type: "text", text: decode(plain) });
    plain = "";
  };
  let at = 0;
  while (at < text.length) {
    const token = tokenAt(text, at, options);
    if (token === null) {
      plain += text[at];
      at += 1;
    } else {
      flush();
      out.push(token.node);
      at = token.end;
    }
  }
  flush();
  return out;
}

/**
 * @param {string} text
 * @param {number} at
 * @param {{verbatim?: boolean}} options
 * @returns {{node: Inline, end: number} | null} the formatted thing that starts at `at`, if one does
 */
function tokenAt(text, at, options) {
  const character = text[at] ?? "";
  if (character === "\n") return { node: { type: "break" }, end: at + 1 };
  if (character === "<") return entityAt(text, at);
  if (character === "`") return codeAt(text, at);
  if (character === ":") return emojiAt(text, at);
  if (character in styles) return styleAt(text, at, options);
  if (character === "h" && options.verbatim !== true) return bareLinkAt(text, at);
  return null;
}

/** @param {string} text @param {number} at @returns {{node: Inline, end: number} | null} */
function entityAt(text, at) {
  const close = text.indexOf(">", at);
  if (close < 0) return null;
  const node = parseEntity(text.slice(at + 1, close));
  return node === null ? null : { node, end: close + 1 };
}

/** @param {string} text @param {number} at @returns {{node: Inline, end: number} | null} */
function codeAt(text, at) {
  if (text[at] !== "`") return null;
  const match = /^`([^`\n]+)`/.exec(text.slice(at));
  if (match === null) return null;
  return { node: { type: "code", text: decode(match[1] ?? "") }, end: at + match[0].length };
}

/** @param {string} text @param {number} at @returns {{node: Inline, end: number} | null} */
function emojiAt(text, at) {
  const match = /^:([a-z0-9_+'-]+(?:::skin-tone-[2-6])?):/.exec(text.slice(at, at + 80));
  if (match === null) return null;
  const name = match[1] ?? "";
  if (emojiCharacter(name) === undefined) return null;
  return { node: { type: "emoji", name }, end: at + match[0].length };
}

/**
 * A style opens where no word runs into it and closes where none runs out of it, on the same line.
 *
 * @param {string} text
 * @param {number} at
 * @param {{verbatim?: boolean}} options
 * @returns {{node: Inline, end: number} | null}
 */
function styleAt(text, at, options) {
  const mark = text[at] ?? "";
  const style = styles[mark];
  if (style === undefined || wordCharacter.test(text[at - 1] ?? "") || text[at - 1] === mark)
    return null;
  if (/[\s]/.test(text[at + 1] ?? " ") || text[at + 1] === mark) return null;
  const end = closingMark(text, at, mark);
  if (end < 0) return null;
  const children = parseInline(text.slice(at + 1, end), options);
  return { node: { type: "style", style, children }, end: end + 1 };
}

/** @param {string} text @param {number} at @param {string} mark @returns {number} -1 if it is never closed */
function closingMark(text, at, mark) {
  let index = at + 1;
  while (index < text.length && text[index] !== "\n") {
    // Marks inside code and links do not close a style.
    const skipped = codeAt(text, index) ?? (text[index] === "<" ? entityAt(text, index) : null);
    if (skipped !== null) {
      index = skipped.end;
      continue;
    }
    if (text[index] === mark && closes(text, index, mark)) return index;
    index += 1;
  }
  return -1;
}

/** @param {string} text @param {number} index @param {string} mark @returns {boolean} */
function closes(text, index, mark) {
  const next = text[index + 1] ?? "";
  return !/\s/.test(text[index - 1] ?? " ") && !wordCharacter.test(next) && next !== mark;
}

/** @param {string} text @param {number} at @returns {{node: Inline, end: number} | null} */
function bareLinkAt(text, at) {
  if (wordCharacter.test(text[at - 1] ?? "")) return null;
  const match = /^https?:\/\/[^\s<>|*`]+/.exec(text.slice(at));
  if (match === null) return null;
  const url = match[0].replace(/[.,;:!?)'"\]_~]+$/, "");
  const shown = decode(url);
  return {
    node: { type: "link", url: shown, children: [{ type: "text", text: shown }] },
    end: at + url.length,
  };
}
