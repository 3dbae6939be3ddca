import type { Meter } from "./meter.ts";

/**
 * Positions and lengths of text count code points, as CEL does. JavaScript counts UTF-16 units, of which characters such
 * as 😀 have two; where a text has none of those, both counts are one.
 */

const SURROGATE = /[\uD800-\uDFFF]/;

/** The code points of a text that has characters of two units; `null` for others, whose units are code points. */
function pointsOf(text: string, meter: Meter): readonly string[] | null {
  meter.scan(text);
  if (!SURROGATE.test(text)) return null;
  meter.spend(Math.floor(text.length / 4));
  return Array.from(text);
}

/** The number of code points. */
export function countPoints(text: string, meter: Meter): number {
  return pointsOf(text, meter)?.length ?? text.length;
}

/** The code points from one position to before another, both within the text. */
export function slicePoints(text: string, from: number, to: number, meter: Meter): string {
  return pointsOf(text, meter)?.slice(from, to).join("") ?? text.slice(from, to);
}

/** The characters of a text, one by one. */
export function splitPoints(text: string, meter: Meter): readonly string[] {
  meter.spend(text.length);
  return Array.from(text);
}

/** The place in UTF-16 units of a position in code points. */
export function unitsBefore(text: string, position: number, meter: Meter): number {
  return pointsOf(text, meter)?.slice(0, position).join("").length ?? position;
}

/** The position in code points of a place in UTF-16 units; -1 stays. */
export function pointsBefore(text: string, place: number, meter: Meter): number {
  return place < 0 ? place : countPoints(text.slice(0, place), meter);
}

/** The order of two texts by their code points: negative, 0 or positive. */
export function comparePoints(a: string, b: string): number {
  if (!SURROGATE.test(a) && !SURROGATE.test(b)) return a < b ? -1 : a > b ? 1 : 0;
  let at = 0;
  while (at < a.length && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  // Units order like code points, but for the two units of one character, which stand for a high code point.
  const [left, right] = [rankAt(a, at), rankAt(b, at)];
  return left - right;
}

/** Orders a unit where texts begin to differ: surrogates come after all other units. */
function rankAt(text: string, at: number): number {
  if (at >= text.length) return -1;
  const unit = text.charCodeAt(at);
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
