/**
 * Characters that are not seen and come with copied text: soft hyphens, zero-width spaces, byte order marks, marks of the
 * direction of writing. Joiners are not among them, since emoji and some scripts are written with them.
 */
const UNSEEN =
  "\\u00AD\\u034F\\u061C\\u180E\\u200B\\u200E\\u200F\\u202A-\\u202E\\u2060-\\u2064\\u2066-\\u206F\\uFEFF\\uFFF9-\\uFFFB";
const ANYWHERE = new RegExp(`[${UNSEEN}]`, "gu");
const ALONE = new RegExp(`^[${UNSEEN}]$`, "u");

export function isUnseen(char: string): boolean {
  return ALONE.test(char);
}

/** A text without unseen characters: for names, ids, numbers, and what else has none. */
export function dropUnseen(text: string): string {
  return text.replaceAll(ANYWHERE, "");
}

/** A text without white space and unseen characters at its ends; within it they stay. */
export function trimUnseen(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isMargin(text[start] ?? "")) start++;
  while (end > start && isMargin(text[end - 1] ?? "")) end--;
  return text.slice(start, end);
}

function isMargin(char: string): boolean {
  return /\s/.test(char) || isUnseen(char);
}
