import { toNumber } from "../facts.ts";
import type { Answer, Question } from "../question.ts";
import { type Limit, readPolicy } from "./policy-clauses.ts";
import { stanceOf, valueWithStance } from "./stance.ts";
import { foundIn, stems } from "./words.ts";

/** What no expense policy allows, even when the prompt does not list it. */
const FORBIDDEN = [
  "gambling",
  "casino",
  "strip club",
  "bribe",
  "gift to an official",
  "speeding ticket",
  "parking fine",
  "personal vacation",
  "private holiday",
];

const AMOUNT_LABEL = /\b(amount|total|price|cost|sum|expense|fee|budget|spend|discount|value)\b/;

/**
 * Decides by the limits and exceptions that the prompt states.
 *
 * @returns `undefined` when the prompt states none whose outcome is one of `values`.
 */
export function decideByPolicy(
  question: Question,
  values: readonly string[],
): Answer<string> | undefined {
  const policy = readPolicy(question.instructions);
  const limits = policy.limits.flatMap((limit) => {
    const value = valueFor(limit.outcome, values);
    return value === undefined ? [] : [{ limit, value }];
  });
  if (limits.length === 0 && policy.exceptions.length === 0) return undefined;

  const said = `${question.data}\n${question.facts.map((fact) => fact.value).join("\n")}`;
  for (const exception of policy.exceptions) {
    const value = valueFor(exception.outcome, values);
    const [item] = foundIn(said, exception.items);
    if (value !== undefined && item !== undefined) {
      return { value, because: `the policy names "${item}", so ${value}`, confidence: 0.93 };
    }
  }
  const [forbidden] = limits.length === 0 ? [] : foundIn(said, FORBIDDEN);
  const reject = valueWithStance(values, "reject");
  if (forbidden !== undefined && reject !== undefined) {
    return {
      value: reject,
      because: `"${forbidden}" is no expense, so ${reject}`,
      confidence: 0.9,
    };
  }
  if (limits.length === 0) return undefined;
  const otherwise = policy.otherwise === undefined ? undefined : valueFor(policy.otherwise, values);
  return decideByAmount(question, limits, values, otherwise);
}

interface MappedLimit {
  readonly limit: Limit;
  readonly value: string;
}

function decideByAmount(
  question: Question,
  limits: readonly MappedLimit[],
  values: readonly string[],
  otherwise: string | undefined,
): Answer<string> {
  const amount = amountIn(question, limits);
  const review = valueWithStance(values, "review") ?? limits[0]?.value ?? "";
  if (amount === undefined) {
    return { value: review, because: `no amount is given, so ${review}`, confidence: 0.3 };
  }
  if (amount < 0) {
    return { value: review, because: `${amount} is below zero, so ${review}`, confidence: 0.5 };
  }
  // "Over 5 review, over 30 reject": 40 meets both, and the closer limit is meant.
  const [met] = limits
    .filter(({ limit }) => isWithin(amount, limit))
    .toSorted((a, b) => compare(b.limit.min, a.limit.min) || compare(a.limit.max, b.limit.max));
  if (met !== undefined) {
    return {
      value: met.value,
      because: `${amount} is ${describe(met.limit)}, so ${met.value}`,
      confidence: 0.95,
    };
  }
  const value = otherwise ?? review;
  return {
    value,
    because: `no limit covers ${amount}, so ${value}`,
    confidence: otherwise === undefined ? 0.4 : 0.9,
  };
}

/** @returns the allowed value that an outcome such as "need manager approval" means. */
function valueFor(outcome: string, values: readonly string[]): string | undefined {
  const words = new Set(stems(outcome));
  const shared = (value: string) => stems(value).filter((word) => words.has(word)).length;
  const closest = (among: readonly string[]) =>
    among.toSorted((a, b) => shared(b) - shared(a)).find(() => true);
  const own = closest(values.filter((value) => stanceOf(value) === undefined && shared(value) > 0));
  if (own !== undefined) return own;
  const stance = stanceOf(outcome);
  if (stance === undefined) return undefined;
  return closest(values.filter((value) => stanceOf(value) === stance));
}

/**
 * The number that the limits are about: named by the prompt first, so that text from outside cannot
 * replace it, and by a name that means an amount or that the limits use ("days", "discount").
 */
function amountIn(question: Question, limits: readonly MappedLimit[]): number | undefined {
  const limitWords = new Set(limits.flatMap(({ limit }) => stems(limit.outcome)));
  const isAmount = (label: string) =>
    AMOUNT_LABEL.test(label) || stems(label).some((word) => limitWords.has(word));
  const numeric = question.facts.filter((fact) => /^[$€£]?\s?-?[$€£]?\s?\d/.test(fact.value));
  const fact =
    numeric.find((one) => one.isFromPrompt && isAmount(one.label)) ??
    numeric.find((one) => one.isFromPrompt) ??
    numeric.find((one) => isAmount(one.label));
  if (fact !== undefined) return toNumber(fact.value);
  const money = /[$€£]\s?-?\d[\d,]*(?:\.\d+)?\s?[km]?\b/i.exec(question.data);
  return money === null ? undefined : toNumber(money[0]);
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function isWithin(amount: number, limit: Limit): boolean {
  const isAbove = limit.includesMin ? amount >= limit.min : amount > limit.min;
  const isBelow = limit.includesMax ? amount <= limit.max : amount < limit.max;
  return isAbove && isBelow;
}

function describe(limit: Limit): string {
  if (limit.min === -Infinity) return `${limit.includesMax ? "at most" : "under"} ${limit.max}`;
  if (limit.max === Infinity) return `${limit.includesMin ? "at least" : "over"} ${limit.min}`;
  return `between ${limit.min} and ${limit.max}`;
}
