import { define, type NamedFunction, text, timestamp, whole } from "../arguments.ts";
import { Duration, Timestamp } from "../special-values.ts";
import { checkTimestamp, parseDuration, parseTimestamp, zonedTime } from "../time-values.ts";
import type { Value } from "../values.ts";

function toTimestamp(value: Value | undefined, usage: string): Timestamp {
  if (value instanceof Timestamp) return value;
  if (typeof value !== "number") return parseTimestamp(text(value, usage));
  return checkTimestamp(BigInt(whole(value, usage)) * 1_000_000_000n);
}

/** A part of a moment in a zone; of a duration, all of it in this unit. */
function part(
  name: string,
  ofTime: (time: Temporal.ZonedDateTime) => number,
  ofDuration?: (nanoseconds: bigint) => bigint,
): NamedFunction {
  return define(name, `timestamp.${name}(zone)`, [1, 2], ([value, zone], meter, usage) => {
    meter.spend(50);
    if (value instanceof Duration && ofDuration !== undefined && zone === undefined)
      return Number(ofDuration(value.nanoseconds));
    return ofTime(zonedTime(timestamp(value, usage), zone, usage));
  });
}

const SECOND = 1_000_000_000n;

export const timeFunctions: readonly NamedFunction[] = [
  define("timestamp", "timestamp(x)", [1, 1], ([value], meter, usage) => {
    meter.spend(20);
    return toTimestamp(value, usage);
  }),
  define("duration", "duration(x)", [1, 1], ([value], meter, usage) => {
    meter.spend(20);
    return value instanceof Duration ? value : parseDuration(text(value, usage));
  }),
];

/** Months, days of the month and days of the year count from 0, days of the week from Sunday, as in CEL. */
export const timeMethods: readonly NamedFunction[] = [
  part("getFullYear", (time) => time.year),
  part("getMonth", (time) => time.month - 1),
  part("getDate", (time) => time.day),
  part("getDayOfMonth", (time) => time.day - 1),
  part("getDayOfWeek", (time) => time.dayOfWeek % 7),
  part("getDayOfYear", (time) => time.dayOfYear - 1),
  part(
    "getHours",
    (time) => time.hour,
    (length) => length / (3600n * SECOND),
  ),
  part(
    "getMinutes",
    (time) => time.minute,
    (length) => length / (60n * SECOND),
  ),
  part(
    "getSeconds",
    (time) => time.second,
    (length) => length / SECOND,
  ),
  part(
    "getMilliseconds",
    (time) => time.millisecond,
    (length) => (length / 1_000_000n) % 1000n,
  ),
];
