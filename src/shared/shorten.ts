/** A first half of a character beyond the Basic Multilingual Plane, such as an emoji, at the end. */
const HALF_AT_END = /[\uD800-\uDBFF]$/;

/** The beginning of a text, at most `limit` UTF-16 units long, and never with half a character at its end. */
export function beginningOf(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return text.slice(0, limit).replace(HALF_AT_END, "");
}

/** A text in one line: each line break becomes `mark`, with the white space around it. */
export function inOneLine(text: string, mark = " "): string {
  // Not /\s*\n\s*/: that looks for a line break from each of many spaces anew.
  return text.replaceAll(/\s+/g, (space) => (LINE_BREAK.test(space) ? mark : space));
}

const LINE_BREAK = /[\n\r\u2028\u2029]/;

/** A text of at most `limit` UTF-16 units: a longer one is cut, never within a character, and ends in `…`. */
export function shorten(text: string, limit: number): string {
  return text.length <= limit ? text : `${beginningOf(text, limit - 1)}…`;
}
