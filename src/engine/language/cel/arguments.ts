import type { LinearPattern } from "../safe-pattern.ts";
import type { Meter } from "./meter.ts";
import { Optional, Timestamp } from "./special-values.ts";
import { failed, isList, isObject, type ObjectValue, typeInWords, type Value } from "./values.ts";

/** A function or method. The receiver of a method is its first argument. */
export interface CelFunction {
  /** As people write it. */
  readonly usage: string;
  /** Fewest and most arguments, the receiver included. */
  readonly counts: readonly [number, number];
  apply(args: readonly Value[], meter: Meter): Value;
  /** Of a function whose second argument is a pattern: the same with the pattern compiled already. */
  withPattern?(args: readonly Value[], pattern: LinearPattern, meter: Meter): Value;
}

export type NamedFunction = readonly [name: string, CelFunction];

/**
 * Declares a function or method.
 *
 * @param usage - as people write it, with the receiver of a method: `text.indexOf(part)`.
 * @param apply - gets as many arguments as `counts` allows; the usage begins its messages.
 */
export function define(
  name: string,
  usage: string,
  counts: readonly [number, number],
  apply: (args: readonly Value[], meter: Meter, usage: string) => Value,
): NamedFunction {
  return [name, { usage, counts, apply: (args, meter) => apply(args, meter, usage) }];
}

function wrong(value: Value | undefined, usage: string, wanted: string): Error {
  return failed(`${usage} takes ${wanted}, not ${typeInWords(value ?? null)}.`);
}

export function text(value: Value | undefined, usage: string): string {
  if (typeof value === "string") return value;
  throw wrong(value, usage, "text");
}

/** Text to look for. Half a character finds nothing, so that no match can cut a character in two. */
export function part(value: Value | undefined, usage: string): string {
  return text(value, usage).toWellFormed();
}

/** A number without a fraction and small enough to be exact. */
export function whole(value: Value | undefined, usage: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  throw failed(
    `${usage} takes a whole number, not ${typeof value === "number" ? value : typeInWords(value ?? null)}.`,
  );
}

export function number(value: Value | undefined, usage: string): number {
  if (typeof value === "number") return value;
  throw wrong(value, usage, "numbers");
}

export function list(value: Value | undefined, usage: string): readonly Value[] {
  if (isList(value)) return value;
  throw wrong(value, usage, "a list");
}

export function object(value: Value | undefined, usage: string): ObjectValue {
  if (isObject(value)) return value;
  throw wrong(value, usage, "an object");
}

export function timestamp(value: Value | undefined, usage: string): Timestamp {
  if (value instanceof Timestamp) return value;
  const hint = typeof value === "string" ? " timestamp(x) makes one of text in ISO form." : "";
  throw failed(`${usage} takes a timestamp, not ${typeInWords(value ?? null)}.${hint}`);
}

export function optional(value: Value | undefined, usage: string): Optional {
  if (value instanceof Optional) return value;
  throw wrong(value, usage, "an optional value, such as x.?y gives,");
}
