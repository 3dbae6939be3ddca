import { Duration, Timestamp } from "./special-values.ts";
import { failed, type Value } from "./values.ts";

/** The years 1 to 9999, in nanoseconds since 1970. */
const FIRST = Temporal.Instant.from("0001-01-01T00:00:00Z").epochNanoseconds;
const LAST = Temporal.Instant.from("9999-12-31T23:59:59.999999999Z").epochNanoseconds;

const TIMESTAMP = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:[0-5]\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/;

/** @throws {AppError} `expression_failed` outside the years 1 to 9999. */
export function checkTimestamp(nanoseconds: bigint): Timestamp {
  if (nanoseconds >= FIRST && nanoseconds <= LAST) return new Timestamp(nanoseconds);
  throw failed("The timestamp is outside the years 1 to 9999.");
}

/** Reads ISO 8601 in the form of RFC 3339: date, time and zone. @throws {AppError} `expression_failed`. */
export function parseTimestamp(written: string): Timestamp {
  if (TIMESTAMP.test(written)) {
    try {
      return checkTimestamp(Temporal.Instant.from(written).epochNanoseconds);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  throw failed(
    "timestamp(x) takes a date, a time and a zone, such as 2026-01-31T09:00:00Z. dates.parse(text, zone) takes a date alone.",
  );
}

const NANOSECONDS: Readonly<Record<string, bigint>> = {
  h: 3_600_000_000_000n,
  m: 60_000_000_000n,
  s: 1_000_000_000n,
  ms: 1_000_000n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ns: 1n,
};

/** Durations are kept in 64 bits of nanoseconds, some 292 years, as in CEL. */
export function checkDuration(nanoseconds: bigint): Duration {
  if (BigInt.asIntN(64, nanoseconds) === nanoseconds) return new Duration(nanoseconds);
  throw failed("The duration is longer than 292 years.");
}

/** Reads `1h30m`, `1.5s`, `-20ms`. @throws {AppError} `expression_failed`. */
export function parseDuration(written: string): Duration {
  const [, sign = "", amounts = ""] =
    /^([+-]?)((?:\d{1,20}(?:\.\d{0,20})?(?:h|ms|m|s|us|µs|μs|ns)){1,10}|0)$/.exec(written) ?? [];
  if (amounts === "") throw failed("duration(x) takes a length such as 90m, 1h30m or 1.5s.");
  let total = 0n;
  for (const [, whole = "", fraction = "", unit = ""] of amounts.matchAll(
    /(\d+)(?:\.(\d*))?([a-zµμ]+)/g,
  )) {
    const size = NANOSECONDS[unit] ?? 0n;
    total +=
      BigInt(whole) * size + (BigInt(`0${fraction}`) * size) / 10n ** BigInt(fraction.length);
  }
  return checkDuration(sign === "-" ? -total : total);
}

/**
 * The moment in a zone, which is a name (`Europe/Berlin`) or an offset (`+02:00`); UTC without.
 *
 * @throws {AppError} `expression_failed` for an unknown zone.
 */
export function zonedTime(
  moment: Timestamp,
  zone: Value | undefined,
  usage: string,
): Temporal.ZonedDateTime {
  const name = zoneName(zone, usage);
  return Temporal.Instant.fromEpochNanoseconds(moment.nanoseconds).toZonedDateTimeISO(name);
}

/** The zone as `Temporal` takes it. @throws {AppError} `expression_failed` for an unknown one. */
export function zoneName(zone: Value | undefined, usage: string): string {
  if (zone === undefined) return "UTC";
  if (typeof zone === "string") {
    const name = /^\d\d:\d\d$/.test(zone) ? `+${zone}` : zone;
    try {
      if (!/^\d/.test(name))
        return Temporal.Instant.fromEpochNanoseconds(0n).toZonedDateTimeISO(name).timeZoneId;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  throw failed(`${usage} takes a zone such as "Europe/Berlin" or "+02:00".`);
}
