import { RE2JS, RE2JSSyntaxException } from "re2js";
import { AppError } from "../../shared/errors.ts";
import { LruMap } from "../../shared/lru-map.ts";
import { shorten } from "../../shared/shorten.ts";
import { estimateStates } from "./pattern-size.ts";

/** Characters of a pattern. */
const MAX_PATTERN_LENGTH = 500;

/** States of a pattern's automaton: a text of as many characters can be searched with every pattern that is taken. */
const MAX_STATES = 2000;

/**
 * States times characters of one search. At worst a state costs about 25 ns for each character of the text, by the patterns of its
 * test, so no search takes much longer than 0.1 s.
 *
 * @internal exported for its test
 */
export const MAX_SEARCH = 4_000_000;

/** Elements of fixed length, and at most the last of them repeated: `\\s+`, `[^a-z]`, `, `. */
const STOPS_AT_MATCH = /^[^*+?{|()]*\+?$/;

/** A regular expression that takes time in proportion to the text, whatever the pattern. */
export interface LinearPattern {
  /**
   * Does the pattern occur anywhere in the text? `^` and `$` bind it to the ends.
   *
   * @throws {AppError} `limit_exceeded` for a text of more than `maxLength` characters.
   */
  test(text: string): boolean;
  /** States of its automaton: what each character of a text costs at worst. */
  readonly states: number;
  /** Characters of the longest text that is searched. */
  readonly maxLength: number;
  /** Whether a search may read far beyond the match that it finds, as `a.*b|a` does in a text without b. */
  readonly readsOn: boolean;
  /** How many groups it captures, without the whole match. */
  readonly groupCount: number;
  /**
   * Where it occurs, one match after the other, each searched for when it is asked for: time in proportion to the rest of
   * the text for each. No match begins within a character.
   *
   * @throws {AppError} `limit_exceeded` for a text of more than `maxLength` characters.
   */
  matches(text: string): Iterable<PatternMatch>;
}

/** One match. Places are UTF-16 units. */
export interface PatternMatch {
  readonly start: number;
  readonly end: number;
  /** What the groups captured, the whole match first; `null` for a group without a part in the match. */
  readonly groups: readonly (string | null)[];
}

/** Patterns that were compiled, or why they were not; the ones used longest ago go first. */
const known = new LruMap<string, LinearPattern | string>(500);

/**
 * Compiles a pattern in RE2's syntax: regular expressions without look-around and back-references. All patterns that come from
 * definitions are compiled here.
 *
 * @returns the pattern, or a sentence that says what is wrong with it.
 */
export function compilePattern(source: string): LinearPattern | string {
  if (source.length > MAX_PATTERN_LENGTH)
    return `A pattern has at most ${MAX_PATTERN_LENGTH} characters.`;
  const compiled = known.get(source) ?? compile(source);
  known.set(source, compiled);
  return compiled;
}

function compile(source: string): LinearPattern | string {
  const atLeast = estimateStates(source);
  if (atLeast > MAX_STATES) return tooLarge(source, `about ${atLeast}`);
  try {
    const compiled = RE2JS.compile(source);
    const states = compiled.programSize();
    return states > MAX_STATES
      ? tooLarge(source, String(states))
      : toLinear(source, compiled, states);
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    const reason = error.message.replace(/^error parsing regexp: /, "");
    return `The pattern cannot be read: ${reason}. Look-around and back-references are not supported.`;
  }
}

function toLinear(source: string, compiled: RE2JS, states: number): LinearPattern {
  const maxLength = Math.floor(MAX_SEARCH / states);
  const assertFits = ({ length }: string): void => {
    if (length > maxLength) throw textTooLong(source, length, maxLength);
  };
  return {
    test: (text) => {
      assertFits(text);
      return compiled.matcher(text).find();
    },
    states,
    maxLength,
    readsOn: !STOPS_AT_MATCH.test(source),
    groupCount: compiled.groupCount(),
    matches: (text) => {
      assertFits(text);
      return matchesOf(compiled, text);
    },
  };
}

function tooLarge(source: string, states: string): string {
  return `The pattern ${shorten(source, 60)} is too large: its repetitions and alternatives make ${states} states, and at most ${MAX_STATES} are taken. Shorten what is repeated, such as .{0,500}.`;
}

function textTooLong(source: string, length: number, maxLength: number): AppError {
  return new AppError({
    code: "limit_exceeded",
    message: `The text has ${length} characters; with the pattern ${shorten(source, 60)} at most ${maxLength} are searched. Use a part of the text, or a smaller pattern.`,
  });
}

/** White space in JavaScript: RE2 knows only that of ASCII. */
const SPACE =
  "\\t-\\r \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\uFEFF";

/**
 * Compiles a pattern as JSON Schema writes it, in JavaScript's syntax (`\\u00e9`, `(?<name>…)`), as far as RE2 can express it.
 *
 * @returns the pattern, or a sentence that says what is wrong with it.
 */
export function compileEcmaPattern(source: string): LinearPattern | string {
  let inClass = false;
  let isClear = true;
  const spaced = source.replace(/\\[\s\S]|[[\]]/g, (token) => {
    if (token === "[" || token === "]") inClass = token === "[";
    if (token === "\\s") return inClass ? SPACE : `[${SPACE}]`;
    if (token !== "\\S") return token;
    isClear &&= !inClass;
    return `[^${SPACE}]`;
  });
  if (!isClear) return "\\S within [ ] is not supported: list what is wanted, or use [^\\s].";
  return compilePattern(RE2JS.translateRegExp(spaced));
}

function* matchesOf(pattern: RE2JS, text: string): Iterable<PatternMatch> {
  const matcher = pattern.matcher(text);
  while (matcher.find()) {
    const start = matcher.start();
    const isWithin = (text.codePointAt(start - 1) ?? 0) > 0xffff;
    if (isWithin) continue;
    const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, index) =>
      matcher.group(index),
    );
    yield { start, end: matcher.end(), groups };
  }
}
