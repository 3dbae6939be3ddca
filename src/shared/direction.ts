// cspell:ignore Thaana Adlam (scripts)
/** Letters that are written from right to left, and the characters that turn what follows them. */
const TURNS =
  /[\p{scx=Hebrew}\p{scx=Arabic}\p{scx=Syriac}\p{scx=Thaana}\p{scx=Nko}\p{scx=Adlam}\u200F\u061C\u202A-\u202E\u2066-\u2069]/u;

/** FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE: https://www.unicode.org/reports/tr9/ */
const [ISOLATE, END] = ["\u2068", "\u2069"];

/**
 * A name between words of ours: one that is written from right to left, or holds marks of direction, does not change the order of the
 * words around it.
 */
export function keepDirection(name: string): string {
  return TURNS.test(name) ? `${ISOLATE}${name.replaceAll(/[\u2066-\u2069]/g, "")}${END}` : name;
}
