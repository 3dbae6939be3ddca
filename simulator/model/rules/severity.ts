import { toNumber } from "../facts.ts";
import type { Answer, Question } from "../question.ts";
import { foundIn } from "./words.ts";

const CRITICAL = [
  "down",
  "outage",
  "all users",
  "everyone",
  "nobody can",
  "data loss",
  "breach",
  "production",
  "unreachable",
  "urgent",
  "critical",
  "payments failing",
  "security incident",
];
const MAJOR = [
  "500",
  "502",
  "503",
  "error",
  "crash",
  "failing",
  "fails",
  "cannot",
  "timeout",
  "broken",
  "asap",
  "customers",
  "blocked",
  "losing money",
];
const MINOR = [
  "typo",
  "cosmetic",
  "minor",
  "question",
  "no rush",
  "when you have time",
  "staging",
  "test environment",
  "development",
  "resolved",
  "recovered",
  "info",
  "color",
  "wording",
  "would be nice",
];
const SLIGHT = ["intermittently", "sometimes", "occasionally", "warning", "slow", "one user"];

const LARGE_ACCOUNT = 50_000;

/** @returns how serious the matter is, 0 (not at all) to 1 (everything stands still). */
export function severityOf(question: Question): Answer<number> {
  const given = `${question.instructions}\n${question.data}`;
  const critical = foundIn(question.data, CRITICAL);
  const major = foundIn(question.data, MAJOR);
  const minor = foundIn(question.data, MINOR);
  const slight = foundIn(question.data, SLIGHT);
  const customer = customerWeight(question, given);
  const level =
    0.4 +
    Math.min(critical.length * 0.25, 0.55) +
    Math.min(major.length * 0.12, 0.25) -
    Math.min(minor.length * 0.25, 0.4) -
    Math.min(slight.length * 0.05, 0.1) +
    customer.weight;
  const words = [...critical, ...major, ...minor, ...slight].slice(0, 3).map((word) => `"${word}"`);
  const signals = [...words, ...customer.words];
  return {
    value: Math.min(1, Math.max(0, level)),
    because: signals.length === 0 ? "no word tells how serious it is" : signals.join(", "),
    confidence: signals.length === 0 ? 0.35 : Math.min(0.6 + 0.08 * signals.length, 0.9),
  };
}

function customerWeight(question: Question, given: string) {
  const words: string[] = [];
  let weight = 0;
  const tiers = `${question.data}\n${parenthesized(question.instructions)}`;
  if (/\b(enterprise|platinum|vip)\b/i.test(tiers)) {
    weight += 0.1;
    words.push("enterprise customer");
  } else if (/\b(free|trial|hobby) (tier|plan|account)\b|^(free|trial|hobby)$/im.test(tiers)) {
    weight -= 0.1;
    words.push("free plan");
  }
  const value = toNumber(
    /account[ _]?value[^\d$\n]{0,12}(\$?[\d.,]+\d[km]?)/i.exec(given)?.[1] ?? "",
  );
  if (value !== undefined && value >= LARGE_ACCOUNT) {
    weight += 0.1;
    words.push(`account worth ${value}`);
  }
  return { weight, words };
}

function parenthesized(text: string): string {
  return [...text.matchAll(/\(([^)]*)\)/g)].map((match) => match[1]).join("\n");
}

const RANKS: readonly (readonly [RegExp, number])[] = [
  [/^(critical|blocker|urgent|severe|emergency|highest|immediate)$/i, 4],
  [/^(high|major|important)$/i, 3],
  [/^(medium|moderate|normal|standard|average)$/i, 2],
  [/^(low|minor|small|trivial)$/i, 1],
  [/^(none|lowest|info|informational|negligible)$/i, 0],
];

/**
 * Picks from values that are degrees: `P1`–`P4`, `sev1`…, or `low` … `critical`.
 *
 * @returns `undefined` when the values are not degrees.
 */
export function pickDegree(
  question: Question,
  values: readonly string[],
): Answer<string> | undefined {
  const ordered = byDescendingDegree(values);
  if (ordered === undefined) return undefined;
  const severity = severityOf(question);
  const value = ordered[Math.round((1 - severity.value) * (ordered.length - 1))] ?? "";
  return { ...severity, value, because: `${severity.because}, so ${value}` };
}

function byDescendingDegree(values: readonly string[]): readonly string[] | undefined {
  if (values.length < 2) return undefined;
  if (values.every((value) => /^(p|s|sev|severity|priority|prio)[-_ ]?\d$/i.test(value))) {
    return values.toSorted((a, b) => Number(a.slice(-1)) - Number(b.slice(-1)));
  }
  const ranked = values.map((value) => ({
    value,
    rank: RANKS.find(([pattern]) => pattern.test(value))?.[1],
  }));
  if (ranked.some(({ rank }) => rank === undefined)) return undefined;
  return ranked.toSorted((a, b) => (b.rank ?? 0) - (a.rank ?? 0)).map(({ value }) => value);
}
