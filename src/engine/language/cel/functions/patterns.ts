import { compilePattern, type LinearPattern, type PatternMatch } from "../../safe-pattern.ts";
import { type NamedFunction, text, whole } from "../arguments.ts";
import type { Meter } from "../meter.ts";
import { Optional } from "../special-values.ts";
import { failed, type Value } from "../values.ts";

type WithPattern = (
  args: readonly Value[],
  pattern: LinearPattern,
  meter: Meter,
  usage: string,
) => Value;

/** Declares a function whose second argument is a pattern, which is compiled only once if the expression spells it out. */
function definePattern(
  name: string,
  usage: string,
  counts: readonly [number, number],
  apply: WithPattern,
): NamedFunction {
  const withPattern = (args: readonly Value[], pattern: LinearPattern, meter: Meter): Value =>
    apply(args, pattern, meter, usage);
  return [
    name,
    {
      usage,
      counts,
      withPattern,
      apply: (args, meter) => withPattern(args, patternOf(text(args[1], usage), meter), meter),
    },
  ];
}

/** Compiles a pattern that was found during the evaluation. */
function patternOf(source: string, meter: Meter): LinearPattern {
  meter.spend(20_000);
  const pattern = compilePattern(source);
  if (typeof pattern === "string") throw failed(pattern);
  return pattern;
}

/** Pays for one search: 4 states times characters are a unit of work. */
function spendSearch(length: number, { states }: LinearPattern, meter: Meter): void {
  meter.spend(1 + Math.floor((length * states) / 4));
}

/** Pays for the search of the next match. How far one reads beyond the last match depends on the text; mostly it is not far. */
function spendNext(left: number, { readsOn, states }: LinearPattern, meter: Meter): void {
  meter.spend(10 + (readsOn ? Math.floor(left * Math.max(states / 12, 1 / 8)) : 0));
}

/** @yields the matches of a text; each search is paid for by what it may read. */
function* metered(source: string, pattern: LinearPattern, meter: Meter): Iterable<PatternMatch> {
  const matches = pattern.matches(source);
  spendSearch(source.length, pattern, meter);
  for (const match of matches) {
    yield match;
    spendNext(source.length - match.end, pattern, meter);
  }
}

function matches(
  [subject]: readonly Value[],
  pattern: LinearPattern,
  meter: Meter,
  usage: string,
): boolean {
  const searched = text(subject, usage);
  if (searched.length <= pattern.maxLength) spendSearch(searched.length, pattern, meter);
  return pattern.test(searched);
}

/** The group that is meant: the only one of the pattern, or the whole match of a pattern without groups. */
function groupOf(pattern: LinearPattern, usage: string): number {
  if (pattern.groupCount > 1)
    throw failed(
      `${usage} takes a pattern with at most one group; (?:…) groups without capturing.`,
    );
  return pattern.groupCount;
}

const extract: WithPattern = ([subject], pattern, meter, usage) => {
  const group = groupOf(pattern, usage);
  for (const match of metered(text(subject, usage), pattern, meter))
    return new Optional(match.groups[group] ?? undefined);
  return new Optional(undefined);
};

const extractAll: WithPattern = ([subject], pattern, meter, usage) => {
  const group = groupOf(pattern, usage);
  const found: string[] = [];
  for (const match of metered(text(subject, usage), pattern, meter)) {
    const captured = match.groups[group];
    if (typeof captured === "string") found.push(captured);
  }
  return found;
};

/** In the replacement, `\1` to `\9` stand for groups, `\0` for the whole match and `\\` for a backslash. */
const replace: WithPattern = (args, pattern, meter, usage) => {
  const source = text(args[0], usage);
  const replacement = text(args[2], usage);
  const limit = args[3] === undefined ? -1 : whole(args[3], usage);
  const pieces: string[] = [];
  let [end, times, length] = [0, 0, source.length];
  if (limit === 0) return source;
  for (const match of metered(source, pattern, meter)) {
    const piece = fill(replacement, match.groups, usage);
    length += piece.length;
    meter.fit(length);
    pieces.push(source.slice(end, match.start), piece);
    end = match.end;
    times += 1;
    if (times === limit) break;
  }
  return pieces.join("") + source.slice(end);
};

function fill(replacement: string, groups: readonly (string | null)[], usage: string): string {
  return replacement.replaceAll(/\\(.?)/gsu, (written, mark: string) => {
    if (mark === "\\") return mark;
    const group = /\d/.test(mark) ? groups[Number(mark)] : undefined;
    if (group !== undefined) return group ?? "";
    throw failed(
      `${usage}: ${written} in the replacement is not a group of the pattern. A backslash is written \\\\\\\\.`,
    );
  });
}

export const patternFunctions: readonly NamedFunction[] = [
  definePattern("regex.extract", "regex.extract(text, pattern)", [2, 2], extract),
  definePattern("regex.extractAll", "regex.extractAll(text, pattern)", [2, 2], extractAll),
  definePattern(
    "regex.replace",
    "regex.replace(text, pattern, replacement, limit)",
    [3, 4],
    replace,
  ),
];

export const patternMethods: readonly NamedFunction[] = [
  definePattern("matches", "text.matches(pattern)", [2, 2], matches),
];
