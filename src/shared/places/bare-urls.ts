import { type Piece, textOf } from "./place.ts";

/** Stands for a value while the text around it is read; no text holds it. */
const VALUE = "\u{F0000}";

/**
 * What Slack shows as it is (code, and what stands in angle brackets), or an address. Its host is written in full; at its end a
 * sign of the sentence is no part of it.
 */
const BARE_URL =
  /```[^]*?```|`[^`\n]*`|<[^<>]*>|(https?:\/\/[\p{L}\p{N}][\p{L}\p{N}.-]*(?::\d{1,5})?(?:[/?#](?:[^\s<>|`]*[^\s<>|`.,;:!?'")\]}*_~])?)?)/gu;

/**
 * The pieces with the addresses that the definition itself writes in angle brackets. A value within such an address is encoded,
 * and stays within it: an author who does not want it to bring a "/" or a "?" along writes the link in angle brackets.
 */
export function findBareUrls(pieces: readonly Piece[]): readonly Piece[] {
  if (!pieces.some((piece) => typeof piece === "string" && piece.includes("://"))) return pieces;
  const text = pieces.map((piece) => (typeof piece === "string" ? piece : VALUE)).join("");
  const marked = text.replaceAll(BARE_URL, (found, url?: string) =>
    url === undefined ? found : `<${url.replaceAll(VALUE, INNER)}>`,
  );
  return split(marked, pieces);
}

/** A value within such an address. */
const INNER = "\u{F0001}";

/** @param marked - texts and marks by turns. */
function split(marked: string, pieces: readonly Piece[]): readonly Piece[] {
  const found = marked.split(/([\u{F0001}\u{F0000}])/u);
  let values = 0;
  return pieces.map((piece, index) => {
    const text = found[values * 2] ?? "";
    // Texts side by side are one.
    if (typeof piece === "string") return typeof pieces[index - 1] === "string" ? "" : text;
    const mark = found[values * 2 + 1];
    values += 1;
    if (mark !== INNER) return piece;
    const end = typeof pieces[index + 1] === "string" ? "" : (found[values * 2] ?? "");
    return encodeURI(textOf(piece.value).toWellFormed()) + end;
  });
}
