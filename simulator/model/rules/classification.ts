import type { Answer, Question } from "../question.ts";
import { CATCH_ALL, CONCEPTS } from "./vocabulary.ts";
import { foundIn, stems } from "./words.ts";

const STRONG_POINTS = 3;
const WEAK_POINTS = 1;

/** Says nothing about a text when it occurs in one. */
const EMPTY_WORDS = new Set(stems("request not a an the of and or other high low type case level"));

interface Score {
  readonly value: string;
  readonly points: number;
  readonly words: readonly string[];
}

/**
 * Picks the value whose own words, and words that mean it, occur most in the data. Without any, the
 * value for what fits nowhere else, else the first.
 *
 * @param values - at least one.
 */
export function classify(question: Question, values: readonly string[]): Answer<string> {
  const scores = values
    .map((value) => scoreOf(value, question.data))
    .toSorted((a, b) => b.points - a.points);
  const [best, second] = scores;
  if (best === undefined || best.points === 0) {
    const value = values.find((one) => CATCH_ALL.test(one)) ?? values[0] ?? "";
    return { value, because: `no word points anywhere, so ${value}`, confidence: 0.3 };
  }
  const lead = (best.points - (second?.points ?? 0)) / best.points;
  return {
    value: best.value,
    because: `${best.words.slice(0, 4).map(quoted).join(", ")} → ${best.value}`,
    confidence: Math.round((0.55 + 0.4 * lead) * 100) / 100,
  };
}

/** @returns every value that at least one word points to, in the order given. */
export function classifyMany(question: Question, values: readonly string[]): readonly string[] {
  return values.filter((value) => scoreOf(value, question.data).points > 0);
}

/** @returns how much, and by which words, the data speaks for one value. */
export function scoreOf(value: string, data: string): Score {
  const words = stems(value).filter((word) => !EMPTY_WORDS.has(word));
  const concepts = CONCEPTS.filter((concept) =>
    concept.names.some((name) => stems(name).some((word) => words.includes(word))),
  );
  const isCatchAll = CATCH_ALL.test(value);
  const own = isCatchAll ? [] : foundIn(data, words);
  const strong = foundIn(data, unique(concepts.flatMap((concept) => concept.strong)));
  const weak = foundIn(data, unique(concepts.flatMap((concept) => concept.weak)));
  return {
    value,
    points: (own.length + strong.length) * STRONG_POINTS + weak.length * WEAK_POINTS,
    words: unique([...strong, ...own, ...weak]),
  };
}

function unique(words: readonly string[]): readonly string[] {
  return [...new Set(words)];
}

function quoted(word: string): string {
  return `"${word}"`;
}
