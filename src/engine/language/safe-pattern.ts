import { RE2JS, RE2JSSyntaxException } from "re2js";

/** Characters of a pattern. */
const MAX_PATTERN_LENGTH = 500;

/** Elements of fixed length, and at most the last of them repeated: `\\s+`, `[^a-z]`, `, `. */
const STOPS_AT_MATCH = /^[^*+?{|()]*\+?$/;

/** A regular expression that takes time in proportion to the text, whatever the pattern. */
export interface LinearPattern {
  /** Does the pattern occur anywhere in the text? `^` and `$` bind it to the ends. */
  test(text: string): boolean;
  /** Whether a search may read far beyond the match that it finds, as `a.*b|a` does in a text without b. */
  readonly readsOn: boolean;
  /** How many groups it captures, without the whole match. */
  readonly groupCount: number;
  /**
   * Where it occurs, one match after the other, each searched for when it is asked for: time in proportion to the rest of
   * the text for each. No match begins within a character.
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

/**
 * Compiles a pattern in RE2's syntax: regular expressions without look-around and back-references.
 *
 * @returns the pattern, or a sentence that says what is wrong with it.
 */
export function compilePattern(source: string): LinearPattern | string {
  if (source.length > MAX_PATTERN_LENGTH)
    return `A pattern has at most ${MAX_PATTERN_LENGTH} characters.`;
  try {
    const compiled = RE2JS.compile(source);
    return {
      test: (text) => compiled.matcher(text).find(),
      readsOn: !STOPS_AT_MATCH.test(source),
      groupCount: compiled.groupCount(),
      matches: (text) => matchesOf(compiled, text),
    };
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    const reason = error.message.replace(/^error parsing regexp: /, "");
    return `The pattern cannot be read: ${reason}. Look-around and back-references are not supported.`;
  }
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
