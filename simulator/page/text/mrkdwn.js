// @ts-check
/** Slack's mrkdwn, as a section or a plain message carries it. */

import { decode } from "./entities.js";
import { parseInline } from "./inline.js";

/** @typedef {import("./nodes.js").TextBlock} TextBlock */

const quoteStart = /^(?:&gt;|>) ?/;
const longQuoteStart = /^(?:&gt;|>){3} ?/;
const hangingStart = /^(\s*)([•◦▪\-–]|\d{1,3}[.)]) +(?=\S)/;

/**
 * @param {string} text as Slack stores it
 * @param {{verbatim?: boolean}} [options]
 * @returns {TextBlock[]}
 */
export function parseMrkdwn(text, options = {}) {
  /** @type {TextBlock[]} */
  const blocks = [];
  const parts = text.split(/```/);
  // An opening fence that is never closed is text.
  if (parts.length % 2 === 0) {
    const tail = parts.pop() ?? "";
    parts[parts.length - 1] += `\`\`\`${tail}`;
  }
  for (const [index, part] of parts.entries()) {
    if (index % 2 === 1) blocks.push({ type: "pre", text: decode(trimNewlines(part)) });
    else blocks.push(...parseLines(index === 0 ? part : part.replace(/^\n/, ""), options));
  }
  return blocks;
}

/** @param {string} text @returns {string} */
function trimNewlines(text) {
  return text.replace(/^\n/, "").replace(/\n$/, "");
}

/**
 * @param {string} text without code fences
 * @param {{verbatim?: boolean}} options
 * @returns {TextBlock[]}
 */
function parseLines(text, options) {
  /** @type {TextBlock[]} */
  const blocks = [];
  /** @type {string[]} */
  let paragraph = [];
  const flush = () => {
    const joined = paragraph.join("\n");
    if (joined !== "") blocks.push({ type: "paragraph", children: parseInline(joined, options) });
    paragraph = [];
  };
  const lines = text.split("\n");
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    if (longQuoteStart.test(line)) {
      flush();
      const rest = [line.replace(longQuoteStart, ""), ...lines.slice(at + 1)].join("\n");
      blocks.push({ type: "quote", children: parseLines(rest, options) });
      return blocks;
    }
    if (quoteStart.test(line)) {
      flush();
      const quoted = [];
      while (at < lines.length && quoteStart.test(lines[at] ?? "")) {
        quoted.push((lines[at] ?? "").replace(quoteStart, ""));
        at += 1;
      }
      at -= 1;
      blocks.push({ type: "quote", children: parseLines(quoted.join("\n"), options) });
      continue;
    }
    const hanging = hangingStart.exec(line);
    if (hanging === null) {
      paragraph.push(line);
      continue;
    }
    flush();
    blocks.push({
      type: "hanging",
      marker: `${hanging[1] ?? ""}${hanging[2] ?? ""}`,
      children: parseInline(line.slice(hanging[0].length), options),
    });
  }
  flush();
  return blocks;
}
