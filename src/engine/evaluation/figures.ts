import { isJsonObject, type Json } from "../../shared/json.ts";
import { quantile } from "../../shared/quantile.ts";
import { shorten } from "../../shared/shorten.ts";
import { fitsExpected, isRange, isTextRule } from "../ai/expected.ts";
import type { ConfusionRow, Difference, Figures, SampleOutcome, Share } from "../api/evaluation.ts";

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

/**
 * Wilson's interval of a share: it stays within 0 and 1 and holds for few samples (Wilson 1927).
 *
 * @internal exported for its test
 */
export function wilson(hits: number, total: number): Share | null {
  if (total === 0) return null;
  const value = hits / total;
  const z2 = Z * Z;
  const center = (value + z2 / (2 * total)) / (1 + z2 / total);
  const half =
    (Z / (1 + z2 / total)) * Math.sqrt((value * (1 - value)) / total + z2 / (4 * total * total));
  return { value, from: Math.max(center - half, 0), to: Math.min(center + half, 1) };
}

/**
 * The interval of the difference of two shares of the same samples, adjusted for few of them (Bonett and Price 2012).
 *
 * @internal exported for its test
 */
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
  return { median: quantile(sorted, 0.5), p95: quantile(sorted, 0.95) };
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

/** Longest answer that is shown in a table. */
const MAX_SHOWN = 40;

/** What a label says, in a word or two: the row of a confusion table. */
export function describeExpected(expected: Json): string {
  if (!isJsonObject(expected)) return show(expected);
  if (Array.isArray(expected["oneOf"])) return expected["oneOf"].map(describeExpected).join(" or ");
  if (isRange(expected)) return `${bound(expected["from"])}–${bound(expected["to"])}`;
  if (isTextRule(expected)) return "as wanted";
  return describeMembers(expected, Object.keys(expected));
}

/** What a decision says in the words of the label beside it: the column of a confusion table. */
export function describeActual(actual: Json, expected: Json): string {
  if (!isJsonObject(expected)) return show(actual);
  if (isTextRule(expected)) return fitsExpected(actual, expected) ? "as wanted" : "not as wanted";
  if (!isJsonObject(actual) || Array.isArray(expected["oneOf"])) return show(actual);
  return describeMembers(actual, Object.keys(expected));
}

/** `approve`, or `action approve, urgent true` for several members. */
function describeMembers(object: Readonly<Record<string, Json>>, names: readonly string[]): string {
  const only = names.length === 1;
  return names
    .filter((name) => Object.hasOwn(object, name))
    .map((name) => `${only ? "" : `${name} `}${describeExpected(object[name] ?? null)}`)
    .join(", ");
}

function show(value: Json): string {
  return shorten(typeof value === "string" ? value : JSON.stringify(value), MAX_SHOWN);
}

function bound(value: Json | undefined): string {
  return typeof value === "number" ? String(value) : "";
}
