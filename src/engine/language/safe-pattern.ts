import { RE2JS, RE2JSSyntaxException } from "re2js";

/** Characters of a pattern. */
const MAX_PATTERN_LENGTH = 500;

/** A regular expression that takes time in proportion to the text, whatever the pattern. */
export interface LinearPattern {
  /** Does the pattern occur anywhere in the text? `^` and `$` bind it to the ends. */
  test(text: string): boolean;
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
    return { test: (text) => compiled.matcher(text).find() };
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    const reason = error.message.replace(/^error parsing regexp: /, "");
    return `The pattern cannot be read: ${reason}. Look-around and back-references are not supported.`;
  }
}
