import { define, type NamedFunction, object, text, timestamp, whole } from "../arguments.ts";
import type { Meter } from "../meter.ts";
import { checkTimestamp, zonedTime, zoneName } from "../time-values.ts";
import { failed, type Value } from "../values.ts";
import { localeOf } from "./locale.ts";

const UNITS = ["years", "months", "weeks", "days", "hours", "minutes", "seconds"] as const;
type Unit = (typeof UNITS)[number];

function unitOf(name: string, usage: string): Unit {
  const unit = UNITS.find((known) => known === name);
  if (unit !== undefined) return unit;
  throw failed(`${usage} knows ${UNITS.join(", ")}, not ${JSON.stringify(name.slice(0, 40))}.`);
}

const DATE = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::[0-5]\d)?))?$/;

/** A date, or a date with a time, in a zone: its beginning. */
function parse([value, zone]: readonly Value[], meter: Meter, usage: string): Value {
  meter.spend(50);
  const timeZone = zoneName(zone, usage);
  const [, day, time = "00:00"] = DATE.exec(text(value, usage)) ?? [];
  try {
    if (day !== undefined) {
      const local = Temporal.PlainDateTime.from(`${day}T${time}`);
      return checkTimestamp(local.toZonedDateTime(timeZone).epochNanoseconds);
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw failed(`${usage} takes a date such as 2026-01-31, or with a time: 2026-01-31T09:00.`);
}

/** Counts on the calendar of the zone: a day later is the same time of day, a month after 31 January the end of February. */
function add([value, amounts, zone]: readonly Value[], meter: Meter, usage: string): Value {
  meter.spend(50);
  const from = zonedTime(timestamp(value, usage), zone, usage);
  const lengths = new Map(
    Object.entries(object(amounts, usage)).map(([name, amount]) => [
      unitOf(name, usage),
      whole(amount, usage),
    ]),
  );
  try {
    // The largest unit first, whatever the order of the keys, which means nothing in JSON.
    const later = UNITS.reduce((time, unit) => time.add({ [unit]: lengths.get(unit) ?? 0 }), from);
    return checkTimestamp(later.epochNanoseconds);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw failed("The timestamp is outside the years 1 to 9999.");
  }
}

/** Whole units from one moment to another, on the calendar of the zone. */
function between(args: readonly Value[], meter: Meter, usage: string): Value {
  meter.spend(50);
  const from = zonedTime(timestamp(args[0], usage), args[3], usage);
  const to = zonedTime(timestamp(args[1], usage), args[3], usage);
  const unit = unitOf(text(args[2], usage), usage);
  return from.until(to, { largestUnit: unit })[unit];
}

type Write = (time: Temporal.ZonedDateTime, locale: string) => string;

const two = (value: number): string => String(value).padStart(2, "0");
const named =
  (options: Intl.DateTimeFormatOptions): Write =>
  (time, locale) =>
    time.toPlainDateTime().toLocaleString(locale, options);

/** The letters of Unicode's date patterns: https://unicode.org/reports/tr35/tr35-dates.html#Date_Field_Symbol_Table */
const FIELDS: ReadonlyMap<string, Write> = new Map<string, Write>([
  ["yyyy", (time) => String(time.year).padStart(4, "0")],
  ["yy", (time) => two(time.year % 100)],
  ["MMMM", named({ month: "long" })],
  ["MMM", named({ month: "short" })],
  ["MM", (time) => two(time.month)],
  ["M", (time) => String(time.month)],
  ["dd", (time) => two(time.day)],
  ["d", (time) => String(time.day)],
  ["EEEE", named({ weekday: "long" })],
  ["EEE", named({ weekday: "short" })],
  ["HH", (time) => two(time.hour)],
  ["H", (time) => String(time.hour)],
  ["hh", (time) => two(((time.hour + 11) % 12) + 1)],
  ["h", (time) => String(((time.hour + 11) % 12) + 1)],
  ["a", (time) => (time.hour < 12 ? "AM" : "PM")],
  ["mm", (time) => two(time.minute)],
  ["ss", (time) => two(time.second)],
  ["SSS", (time) => String(time.millisecond).padStart(3, "0")],
  ["ww", (time) => two(time.weekOfYear ?? 0)],
  ["XXX", (time) => (time.offsetNanoseconds === 0 ? "Z" : time.offset)],
  ["VV", (time) => time.timeZoneId],
]);

const MAX_PATTERN_LENGTH = 200;

function format(args: readonly Value[], meter: Meter, usage: string): string {
  const pattern = text(args[1], usage);
  const locale = localeOf(args[3], usage);
  const time = zonedTime(timestamp(args[0], usage), args[2], usage);
  if (pattern.length > MAX_PATTERN_LENGTH)
    throw failed(`${usage} takes a pattern of at most ${MAX_PATTERN_LENGTH} characters.`);
  return pattern.replaceAll(
    /'((?:[^']|'')*)'|([A-Za-z])\2*/g,
    (run, quoted: string | undefined) => {
      if (run === "''") return "'";
      if (quoted !== undefined) return quoted.replaceAll("''", "'");
      const write = FIELDS.get(run);
      if (write === undefined) {
        throw failed(
          `${usage} does not know "${run}" in a pattern. It knows ${[...FIELDS.keys()].join(", ")}; other words stand in quotes: 'at'.`,
        );
      }
      meter.spend(500);
      return write(time, locale);
    },
  );
}

/** Ours: CEL has no calendar. */
export const dateFunctions: readonly NamedFunction[] = [
  define("dates.parse", "dates.parse(text, zone)", [1, 2], parse),
  define("dates.add", "dates.add(timestamp, {days: 1}, zone)", [2, 3], add),
  define("dates.between", "dates.between(from, to, unit, zone)", [3, 4], between),
  define("dates.format", "dates.format(timestamp, pattern, zone, locale)", [2, 4], format),
];
