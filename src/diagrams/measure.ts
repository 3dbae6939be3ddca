import { inOneLine } from "../shared/shorten.ts";

/*
 * Fonts differ from machine to machine, and a picture has to fit in all of them. So text is measured by how wide characters of its kind
 * are at most in usual fonts without serifs, and boxes are made for that.
 */

/** Han, kana, Hangul, full-width forms and emoji: as wide as they are high. */
const WIDE =
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\uFF01-\uFF60\p{Extended_Pictographic}]/u;
const NARROW = /^[ijlI.,:;'|!()[\]{}\s]$/;
const BROAD = /^[mwMWQ@%&—…]$/;
const CAPITAL = /^\p{Lu}$/u;
/** What stands on, or within, the character before it. */
const NO_WIDTH = /^[\p{M}\p{Cf}]+$/u;

const GRAPHEMES = new Intl.Segmenter("en", { granularity: "grapheme" });
/** Characters of a text that are measured: more never stand in a picture. */
const MAX_LOOKED = 400;

/** The greatest width of a text in pixels. @param size - of the font, in pixels. */
export function widthOf(text: string, size: number): number {
  let ems = 0;
  for (const grapheme of graphemesOf(text)) ems += emsOf(grapheme);
  return ems * size;
}

/** A text in lines that are no wider than `width`; what does not fit into so many lines ends in `…`. */
export function wrap(
  text: string,
  { width, size, lines }: { readonly width: number; readonly size: number; readonly lines: number },
): readonly string[] {
  const wrapped: string[] = [];
  let rest = graphemesOf(inOneLine(text.trim()));
  while (rest.length > 0 && wrapped.length < lines) {
    const isLast = wrapped.length === lines - 1;
    const fitting = fittingCount(rest, width, size);
    if (fitting === rest.length) {
      wrapped.push(rest.join(""));
      rest = [];
    } else if (isLast) {
      const cut = rest.slice(0, fittingCount(rest, width - size, size));
      wrapped.push(`${cut.join("").trimEnd()}…`);
      rest = [];
    } else {
      const end = breakBefore(rest, fitting);
      wrapped.push(rest.slice(0, end).join("").trimEnd());
      rest = rest.slice(end);
    }
  }
  return wrapped;
}

function graphemesOf(text: string): readonly string[] {
  const graphemes: string[] = [];
  for (const { segment } of GRAPHEMES.segment(text.slice(0, MAX_LOOKED * 4))) {
    graphemes.push(segment);
    if (graphemes.length === MAX_LOOKED) break;
  }
  return graphemes;
}

function fittingCount(graphemes: readonly string[], width: number, size: number): number {
  let used = 0;
  const over = graphemes.findIndex((grapheme) => {
    used += emsOf(grapheme) * size;
    return used > width;
  });
  return over === -1 ? graphemes.length : Math.max(over, 1);
}

/** After the last space or sign that fits, if it is not far back; else within the word. */
function breakBefore(graphemes: readonly string[], fitting: number): number {
  for (let end = fitting; end > fitting / 2; end -= 1)
    if (/[\s\-_/.]/.test(graphemes[end - 1] ?? "") || graphemes[end] === " ") return end;
  return fitting;
}

function emsOf(grapheme: string): number {
  if (NO_WIDTH.test(grapheme)) return 0;
  if (WIDE.test(grapheme)) return 1.1;
  const [first = ""] = grapheme;
  if (NARROW.test(first)) return 0.42;
  if (BROAD.test(first)) return 1;
  return CAPITAL.test(first) ? 0.76 : 0.64;
}
