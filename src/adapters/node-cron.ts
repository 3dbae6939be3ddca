import { createTask, parse, validateDetailed } from "node-cron";
import type { Cron, CronProblem, CronSchedule } from "../engine/ports/cron.ts";
import { counted } from "../shared/counted.ts";
import { omitUndefined } from "../shared/omit-undefined.ts";
import { type ClockPeriod, periodsOf } from "./clock-periods.ts";
import { problemsOfSteps } from "./cron-steps.ts";

const MINUTE_MS = 60_000;

/** Cron expressions by node-cron, without its timers: the engine's clock decides when. */
export function createCron(): Cron {
  return {
    problems: (expression) => {
      const { errors } = validateDetailed(expression);
      if (errors.length === 0) return problemsOfSteps(expression);
      return errors.map(
        ({ field, value }): CronProblem =>
          field === "expression"
            ? { message: describeShape(expression) }
            : {
                message: `${JSON.stringify(value ?? "")} is not possible for the ${words(field)}`,
                ...omitUndefined({ fix: RANGES[field] }),
              },
      );
    },
    parse: (expression, timezone) => createCronSchedule(expression, timezone),
  };
}

/** What is wrong with an expression as a whole. */
function describeShape(expression: string): string {
  const count = expression.trim() === "" ? 0 : expression.trim().split(/\s+/).length;
  if (count === 5 || count === 6) return "the cron expression has characters that none has";
  return `the cron expression has ${counted(count, "field")}, and needs five, or six with seconds first`;
}

const RANGES: Readonly<Record<string, string>> = {
  second: "Seconds go from 0 to 59, such as 0, */15 or 0,30.",
  minute: "Minutes go from 0 to 59, such as 0, */15 or 0,30.",
  hour: "Hours go from 0 to 23, such as 9, */2 or 9-17.",
  dayOfMonth:
    "Days of the month go from 1 to 31, and no further than the month has; such as 1 or 1,15.",
  month: "Months go from 1 to 12, or jan to dec, such as 1 or 1-6.",
  dayOfWeek: "Days of the week go from 0 (Sunday) to 7, or sun to sat, such as 1-5.",
};

/** Is a minute scheduled? Asked with the time that a clock on the wall shows, as if it were UTC. */
type Matches = (wallTime: number) => boolean;

function createCronSchedule(expression: string, timezone: string): CronSchedule {
  const { second } = parse(expression);
  const first = second[0] ?? 0;
  // The library skips what summer time leaves out and repeats what comes twice: it is asked about
  // the time on the wall alone.
  const task = createTask(expression, () => undefined, { timezone: "UTC" });
  // Only its matching is used; destroying it removes it from the library's registry, where it would
  // leak.
  void task.destroy();
  // Whether a minute matches does not depend on the second.
  const matches: Matches = (wallTime) => task.match(new Date(wallTime + first * 1000));
  const isDue = isFixed(expression) ? isFixedDue : isRepeatedDue;
  return {
    hasSeconds: second.length > 1 || first > 0,
    between: (after, until, limit) => {
      const found: number[] = [];
      // Backward, since the latest are wanted.
      for (const period of periodsOf(timezone, after - MINUTE_MS, until)) {
        const last = Math.floor(Math.min(until, period.end - 1) / MINUTE_MS) * MINUTE_MS;
        const begin = Math.max(after - MINUTE_MS + 1, period.begin);
        for (let minute = last; minute >= begin && found.length < limit; minute -= MINUTE_MS) {
          if (!isDue(minute, period, matches)) continue;
          for (const at of second.map((one) => minute + one * 1000).reverse())
            if (at > after && at <= until) found.push(at);
        }
      }
      return found.slice(0, limit).reverse();
    },
  };
}

/** What repeats within the hour or the day runs whenever its time is on the wall. */
function isRepeatedDue(minute: number, { offset }: ClockPeriod, matches: Matches): boolean {
  return matches(minute + offset);
}

/**
 * A fixed time runs once a day: what the clock skips in the first minute after it, what it shows
 * twice only the first time.
 */
function isFixedDue(minute: number, period: ClockPeriod, matches: Matches): boolean {
  const { begin, offset, previousOffset } = period;
  const wallTime = minute + offset;
  if (wallTime < begin + previousOffset) return false;
  if (matches(wallTime)) return true;
  if (minute !== begin) return false;
  for (let skipped = begin + previousOffset; skipped < wallTime; skipped += MINUTE_MS)
    if (matches(skipped)) return true;
  return false;
}

/**
 * Does it name its times of day, as in `30 2 * * *`? As for `cron` itself, a minute or an hour that
 * begins with a star makes it repeat; so do all 24 hours. A step that leaves one value repeats
 * nothing.
 */
function isFixed(expression: string): boolean {
  const fields = expression.trim().split(/\s+/);
  const { minute, hour } = parse(expression);
  const repeats = (field: string | undefined, values: readonly number[]): boolean =>
    values.length > 1 && (field ?? "").split(",").some((part) => part.startsWith("*"));
  return !(hour.length === 24 || repeats(fields.at(-5), minute) || repeats(fields.at(-4), hour));
}

/** `dayOfMonth` as words: `day of month`. */
function words(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
