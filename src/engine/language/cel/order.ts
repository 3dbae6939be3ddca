import { comparePoints } from "./code-points.ts";
import type { Meter } from "./meter.ts";
import { Bytes } from "./special-values.ts";
import { bothTimes, failed, typeInWords, type Value } from "./values.ts";

/**
 * The order of two values of one type: negative, 0, positive; NaN beside a number that is none. False comes before true.
 *
 * @throws {AppError} `expression_failed` for values without an order.
 */
export function compareValues(left: Value, right: Value, meter: Meter): number {
  if (typeof left === "number" && typeof right === "number") return orderOf(left, right);
  if (typeof left === "string" && typeof right === "string") {
    meter.scan(left);
    return comparePoints(left, right);
  }
  if (typeof left === "boolean" && typeof right === "boolean") return Number(left) - Number(right);
  if (left instanceof Bytes && right instanceof Bytes) {
    meter.spend(Math.floor(left.data.length / 100));
    return Buffer.compare(left.data, right.data);
  }
  const times = bothTimes(left, right);
  if (times !== null) return orderOf(times[0], times[1]);
  throw failed(
    `Cannot compare ${typeInWords(left)} with ${typeInWords(right)}: both have to be numbers, both text, or both times.`,
  );
}

function orderOf<T extends number | bigint>(left: T, right: T): number {
  if (left < right) return -1;
  if (left > right) return 1;
  return left === right ? 0 : Number.NaN;
}
