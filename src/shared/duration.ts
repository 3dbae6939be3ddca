import { z } from "zod";

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Ten years; a longer duration is a typing error. */
export const MAX_DURATION_MS = 3650 * UNITS.d;

const FORMS = "a number of milliseconds, or a number with a unit: 300ms, 5s, 10m, 2h, 30d";

/**
 * Reads a duration: milliseconds as a number, or text like `300ms`, `5s`, `1.5h`, `30d`.
 *
 * @returns whole milliseconds from 0 to ten years, or `null` for anything else.
 */
export function parseDuration(value: unknown): number | null {
  const ms = typeof value === "string" ? parseText(value) : value;
  if (typeof ms !== "number" || !Number.isFinite(ms) || ms < 0 || ms > MAX_DURATION_MS) return null;
  return Math.round(ms);
}

function parseText(text: string): number | null {
  const match = /^(\d{1,15}(?:\.\d{1,3})?) ?(ms|s|m|h|d)$/.exec(text.trim());
  const unit = match?.[2];
  if (unit !== "ms" && unit !== "s" && unit !== "m" && unit !== "h" && unit !== "d") return null;
  return Number(match?.[1]) * UNITS[unit];
}

/** A duration in a definition; its output is whole milliseconds. */
export const Duration = z.union([z.number(), z.string()]).transform((value, context): number => {
  const ms = parseDuration(value);
  if (ms !== null) return ms;
  context.addIssue({ code: "custom", message: `must be ${FORMS} (at most 3650d)` });
  return z.NEVER;
});

/** A time limit: a duration above 0. */
export const TimeLimit = Duration.refine((ms) => ms > 0, "must be longer than 0");

/** Milliseconds from one moment to another; 0 if the clock was set back between them. */
export function elapsed(from: number, to: number): number {
  return Math.max(0, to - from);
}

/**
 * The two largest units, for people: `0 ms`, `300 ms`, `1.4 s`, `2 min 5 s`, `2 h 5 min`, `3 d`.
 */
export function formatDuration(ms: number): string {
  const whole = Math.max(0, Math.round(ms));
  if (whole < 1000) return `${whole} ms`;
  const tenths = Math.round(whole / 100);
  if (tenths < 600) return `${tenths % 10 === 0 ? tenths / 10 : (tenths / 10).toFixed(1)} s`;
  const seconds = Math.round(whole / 1000);
  if (seconds < 3600) return twoUnits(seconds, 60, "min", "s");
  const minutes = Math.round(seconds / 60);
  if (minutes < 1440) return twoUnits(minutes, 60, "h", "min");
  return twoUnits(Math.round(minutes / 60), 24, "d", "h");
}

function twoUnits(count: number, size: number, large: string, small: string): string {
  const rest = count % size;
  return `${Math.floor(count / size)} ${large}${rest === 0 ? "" : ` ${rest} ${small}`}`;
}
