import type { SampleOutcome } from "./evaluate.ts";
import { describeActual, describeExpected } from "./labels.ts";

/** A share with the interval in which it lies with 95 % confidence; all from 0 to 1. */
export interface Share {
  readonly value: number;
  readonly from: number;
  readonly to: number;
}

/** What the outcomes of one arm amount to. */
export interface Figures {
  /** Samples that were asked. */
  readonly asked: number;
  /** Not asked: the cap was reached, or the evaluation was stopped. */
  readonly skipped: number;
  readonly correct: number;
  /** Share of the asked samples that were right; `null` if none was asked. */
  readonly accuracy: Share | null;
  /** Answered, but only after a repair or by the fallback model. */
  readonly repaired: number;
  /** Without a usable answer, by the code of the error. */
  readonly failed: number;
  readonly failures: Readonly<Record<string, number>>;
  /** Single calls whose answer could not be used. */
  readonly invalidCalls: number;
  readonly calls: number;
  /** Nano-dollars; a lower bound if some price is unknown. */
  readonly costNano: number;
  readonly costUnknown: boolean;
  readonly latencyMs: { readonly median: number; readonly p95: number } | null;
  /** How often each label was answered with what: rows are labels, columns answers. */
  readonly confusion: readonly ConfusionRow[];
}

export interface ConfusionRow {
  readonly expected: string;
  readonly answers: readonly { readonly actual: string; readonly count: number }[];
}

/** How one arm does against another on the same samples. */
export interface Difference {
  /** Samples that both were asked. */
  readonly both: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  /** Accuracy of the first less that of the second, with its 95 % interval; `null` without common samples. */
  readonly accuracy: Share | null;
  /** Does the interval leave 0 out? */
  readonly isClear: boolean;
  readonly costNano: number;
  readonly medianMs: number | null;
}

/** Two-sided 95 % of the normal distribution. */
const Z = 1.959964;

/** What the outcomes amount to. Pure. */
export function figuresOf(outcomes: readonly SampleOutcome[]): Figures {
  const asked = outcomes.filter(({ status }) => status !== "skipped");
  const failed = asked.filter(({ status }) => status === "failed");
  const correct = asked.filter((outcome) => outcome.correct).length;
  const calls = asked.flatMap((outcome) => outcome.calls);
  return {
    asked: asked.length,
    skipped: outcomes.length - asked.length,
    correct,
    accuracy: wilson(correct, asked.length),
    repaired: asked.filter(({ repaired }) => repaired).length,
    failed: failed.length,
    failures: countBy(failed, ({ error }) => error?.code ?? "unknown"),
    invalidCalls: calls.filter(({ value }) => value === undefined).length,
    calls: calls.length,
    costNano: asked.reduce((sum, { costNano }) => sum + costNano, 0),
    costUnknown: asked.some(({ costUnknown }) => costUnknown),
    latencyMs: latencyOf(asked),
    confusion: confusionOf(asked),
  };
}

/** Compares two arms sample by sample: what both got right or wrong says nothing about which is better. Pure. */
export function differenceOf(
  first: readonly SampleOutcome[],
  second: readonly SampleOutcome[],
): Difference {
  const pairs = first.flatMap((one, index) => {
    const other = second[index];
    return other && one.status !== "skipped" && other.status !== "skipped" ? [[one, other]] : [];
  });
  const only = (a: 0 | 1): number =>
    pairs.filter((pair) => pair[a]?.correct && !pair[1 - a]?.correct).length;
  const [onlyFirst, onlySecond] = [only(0), only(1)];
  const accuracy = pairedInterval(onlyFirst, onlySecond, pairs.length);
  const median = (arm: 0 | 1): number | undefined =>
    latencyOf(pairs.flatMap((pair) => pair[arm] ?? []))?.median;
  const [a, b] = [median(0), median(1)];
  const cost = (arm: 0 | 1): number =>
    pairs.reduce((sum, pair) => sum + (pair[arm]?.costNano ?? 0), 0);
  return {
    both: pairs.length,
    onlyFirst,
    onlySecond,
    accuracy,
    isClear: accuracy !== null && (accuracy.from > 0 || accuracy.to < 0),
    costNano: cost(0) - cost(1),
    medianMs: a === undefined || b === undefined ? null : a - b,
  };
}

/** Wilson's interval of a share: it stays within 0 and 1 and holds for few samples (Wilson 1927). */
export function wilson(hits: number, total: number): Share | null {
  if (total === 0) return null;
  const value = hits / total;
  const z2 = Z * Z;
  const center = (value + z2 / (2 * total)) / (1 + z2 / total);
  const half =
    (Z / (1 + z2 / total)) * Math.sqrt((value * (1 - value)) / total + z2 / (4 * total * total));
  return { value, from: Math.max(center - half, 0), to: Math.min(center + half, 1) };
}

/** The interval of the difference of two shares of the same samples, adjusted for few of them (Bonett and Price 2012). */
export function pairedInterval(onlyFirst: number, onlySecond: number, total: number): Share | null {
  if (total === 0) return null;
  const first = (onlyFirst + 1) / (total + 2);
  const second = (onlySecond + 1) / (total + 2);
  const difference = first - second;
  const half = Z * Math.sqrt((first + second - difference * difference) / (total + 2));
  return {
    value: (onlyFirst - onlySecond) / total,
    from: Math.max(difference - half, -1),
    to: Math.min(difference + half, 1),
  };
}

function latencyOf(outcomes: readonly SampleOutcome[]): Figures["latencyMs"] {
  const sorted = outcomes.map(({ latencyMs }) => latencyMs).toSorted((a, b) => a - b);
  if (sorted.length === 0) return null;
  const at = (share: number): number => sorted[Math.ceil(sorted.length * share) - 1] ?? 0;
  return { median: at(0.5), p95: at(0.95) };
}

function confusionOf(asked: readonly SampleOutcome[]): readonly ConfusionRow[] {
  const rows = Map.groupBy(asked, ({ sample }) => describeExpected(sample.expected));
  return [...rows].map(([expected, own]) => ({
    expected,
    answers: Object.entries(
      countBy(own, ({ status, actual, sample }) =>
        status === "answered" ? describeActual(actual, sample.expected) : "no answer",
      ),
    ).map(([actual, count]) => ({ actual, count })),
  }));
}

function countBy<Item>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
): Readonly<Record<string, number>> {
  const groups = Map.groupBy(items, nameOf);
  return Object.fromEntries([...groups].map(([name, own]) => [name, own.length]));
}
