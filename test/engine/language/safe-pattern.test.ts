import { describe, expect, test } from "vitest";
import {
  compilePattern,
  type LinearPattern,
  MAX_SEARCH,
} from "../../../src/engine/language/safe-pattern.ts";
import { cpuTime } from "../../support/cpu-time.ts";

function pattern(source: string): LinearPattern {
  const compiled = compilePattern(source);
  if (typeof compiled === "string") throw new Error(compiled);
  return compiled;
}

/** A unit of work of this machine, in milliseconds: about a tenth of what one search may take. */
function unitMs(): number {
  const text = "a".repeat(40_000);
  const small = pattern("(a|aa)+$");
  return cpuTime(() => small.test(text));
}

/** Patterns that cost most for each of their states, with texts that make them. */
const SLOW: readonly (readonly [pattern: string, text: string])[] = [
  ["(?i)error.{0,500}timeout", "error "],
  ["\\p{L}{1,100}\\d", "a"],
  ["(?i)[a-z]{0,900}\\d", "a"],
  ["^(.*a){20}$", "a"],
  ["(.*)(.*)(.*)(.*)[bc]", "x "],
  ["(a|aa)+$", "a"],
  ["(?i)(urgent|asap|help|broken|down|incident)", "a"],
  ["((a?){20}){20}[bc]", "a"],
];

describe("a pattern of a definition", () => {
  test.for(SLOW)("%s takes a bounded time, whatever the text", ([source, piece]) => {
    const compiled = pattern(source);
    const text = piece.repeat(900_000).slice(0, compiled.maxLength);
    const unit = unitMs();

    expect(cpuTime(() => compiled.test(text))).toBeLessThan(40 * unit + 100);
    expect(compiled.states * compiled.maxLength).toBeLessThanOrEqual(MAX_SEARCH);
  });

  test("refuses a text that is too long for it, and names both", () => {
    const compiled = pattern("(?i)error.{0,500}timeout");

    expect(() => compiled.test("error ".repeat(150_000))).toThrow(
      /^The text has 900000 characters; with the pattern \(\?i\)error\.\{0,500\}timeout at most \d+ are searched\./,
    );
  });

  test.for([
    ".{1000}".repeat(70),
    "(?:(?:a|b|c|d|e|f|g|h|i|j){1000})".repeat(14),
    "\\pL{1000}".repeat(50),
    "((((a{9}){9}){9}){9})",
    "[^\\]]{3,999}(ab|[[:alpha:]]){1,990}",
  ])("that is too large by itself is refused at once: %s", (source) => {
    const said: (string | LinearPattern)[] = [];

    const spent = cpuTime(() => said.push(compilePattern(source)));

    expect(said[0]).toMatch(/too large: its repetitions .* at most 2000 are taken|cannot be read/);
    expect(spent).toBeLessThan(100);
  });

  test("as people write them is taken, and searches a message of any length that Slack takes", () => {
    for (const source of ["^[A-Z]{2}\\d{6}$", "(?i)\\b(outage|incident|down)\\b", "INC-\\d{4,8}"])
      expect(pattern(source).maxLength).toBeGreaterThan(40_000);
  });
});
