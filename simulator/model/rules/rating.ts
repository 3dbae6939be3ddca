import { toLabel, toNumber } from "../facts.ts";
import type { Answer, Question } from "../question.ts";
import { harmOf } from "./moderation.ts";
import { severityOf } from "./severity.ts";
import { foundIn } from "./words.ts";

/** The numbers that are allowed; an end that is not given is open. */
export interface Bounds {
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly isInteger: boolean;
}

const PROMISING = [
  "enterprise",
  "employees",
  "funding",
  "raised",
  "series",
  "revenue",
  "saas",
  "software",
  "fintech",
  "technology",
  "cto",
  "vp",
  "budget",
  "demo",
  "public company",
  "growth",
  "founded",
];
const UNPROMISING = [
  "student",
  "gmail",
  "no budget",
  "not found",
  "unknown",
  "unsubscribe",
  "competitor",
  "hobby",
  "personal project",
  "job seeker",
  "spam",
];
const PLEASED = [
  "love",
  "great",
  "excellent",
  "amazing",
  "happy",
  "thanks",
  "thank you",
  "good",
  "helpful",
  "perfect",
  "recommend",
];
const DISPLEASED = [
  "hate",
  "terrible",
  "awful",
  "worst",
  "bad",
  "angry",
  "disappointed",
  "broken",
  "slow",
  "useless",
  "poor",
  "never again",
];

const ASKS_FOR_QUANTITY =
  /\b(how many|how much|count|number of|total|amount|sum|price|cost|extract|quantity|age)\b/i;
const LARGE_COMPANY = 1_000;

/**
 * Rates the data on the scale that the bounds, else the prompt ("from 1-5", "out of 10"), give; 1 to
 * 10 when neither does. A quantity that is asked for is read from the data instead.
 */
export function rate(question: Question, bounds: Bounds): Answer<number> {
  const quantity = quantityIn(question);
  if (quantity !== undefined) {
    const value = clamp(quantity, bounds.min ?? -Infinity, bounds.max ?? Infinity);
    return {
      value: bounds.isInteger ? Math.round(value) : value,
      because: `the text gives ${quantity}`,
      confidence: 0.8,
    };
  }
  const asked = `${question.topic} ${question.instructions}`;
  const { min, max } = scaleFor(asked, bounds);
  const level = levelOf(question);
  const share = STARTS_AT_WORST.test(asked) ? 1 - level.value : level.value;
  const exact = min + share * (max - min);
  const isWide = max - min >= 2 && Number.isInteger(min) && Number.isInteger(max);
  const value =
    bounds.isInteger || isWide
      ? clamp(Math.round(exact), Math.ceil(min), Math.floor(max))
      : round(exact);
  return { ...level, value, because: `${level.because}, so ${value} of ${min} to ${max}` };
}

const STARTS_AT_WORST = /\b1\s*(?:=|is|being|:)\s*(?:the\s+)?(?:most|highest|worst|critical)\b/i;

/** @returns the bounds, and where they are open the scale that the prompt names. */
function scaleFor(asked: string, bounds: Bounds): { readonly min: number; readonly max: number } {
  const scale = scaleIn(asked);
  const min = bounds.min ?? (bounds.max === undefined ? scale.min : Math.min(0, bounds.max));
  return { min, max: bounds.max ?? Math.max(scale.max, min) };
}

/** @returns how strongly the data shows what is rated, 0 to 1. */
function levelOf(question: Question): Answer<number> {
  // The field's own name says more than the prompt around it.
  for (const topic of [question.topic, question.instructions]) {
    if (/\b(severity|urgency|priority|impact|critical|risk)\b/i.test(topic))
      return severityOf(question);
    if (/\b(lead|prospect|qualif\w*|fit|potential|opportunity)\b/i.test(topic))
      return leadOf(question);
    if (/\b(toxic\w*|spam|harm\w*|abus\w*|offensive\w*)\b/i.test(topic)) return harmOf(question);
    if (/\b(confidence|probability|likelihood|certainty)\b/i.test(topic)) {
      return { value: 0.7, because: "a fixed likelihood", confidence: 0.4 };
    }
  }
  return balance(question.data, PLEASED, DISPLEASED, 0.5);
}

function leadOf(question: Question): Answer<number> {
  const level = balance(question.data, PROMISING, UNPROMISING, 0.4);
  const employees = question.facts
    .filter((fact) => toLabel(fact.label).includes("employees"))
    .map((fact) => toNumber(fact.value))
    .find((count) => count !== undefined);
  if (employees === undefined) return level;
  const bonus = employees >= LARGE_COMPANY ? 0.2 : 0.1;
  return {
    ...level,
    value: clamp(level.value + bonus, 0, 1),
    because: `${level.because}, ${employees} employees`,
  };
}

function balance(
  data: string,
  good: readonly string[],
  bad: readonly string[],
  start: number,
): Answer<number> {
  const up = foundIn(data, good);
  const down = foundIn(data, bad);
  const signals = [...up, ...down].slice(0, 3).map((word) => `"${word}"`);
  return {
    value: clamp(start + up.length * 0.12 - down.length * 0.15, 0, 1),
    because: signals.length === 0 ? "no word points either way" : signals.join(", "),
    confidence: signals.length === 0 ? 0.35 : Math.min(0.55 + 0.1 * signals.length, 0.85),
  };
}

function quantityIn(question: Question): number | undefined {
  if (!ASKS_FOR_QUANTITY.test(toLabel(question.topic))) return undefined;
  // "Score … amount of risk" is a rating after all.
  if (/\b(rate|score|rating|severity|scale)\b/i.test(question.topic)) return undefined;
  const topic = toLabel(question.topic);
  const named = question.facts.find(
    (fact) => topic.includes(fact.label) && toNumber(fact.value) !== undefined,
  );
  if (named !== undefined) return toNumber(named.value);
  const money = /[$€£]\s?\d[\d,]*(?:\.\d+)?\s?[km]?\b/i.exec(question.data)?.[0];
  const isMoney = /\b(amount|total|sum|price|cost)\b/.test(topic);
  return toNumber((isMoney ? money : undefined) ?? question.data);
}

function scaleIn(text: string): { readonly min: number; readonly max: number } {
  const range = /(\d+(?:\.\d+)?)\s*(?:-|–|—|to|through|and|\.\.+)\s*(\d+(?:\.\d+)?)/i.exec(text);
  if (range !== null && Number(range[1]) < Number(range[2])) {
    return { min: Number(range[1]), max: Number(range[2]) };
  }
  const outOf = /\bout of (\d+)/i.exec(text);
  if (outOf !== null) return { min: 0, max: Number(outOf[1]) };
  if (/\b(percent|percentage|%)/i.test(text)) return { min: 0, max: 100 };
  return { min: 1, max: 10 };
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
