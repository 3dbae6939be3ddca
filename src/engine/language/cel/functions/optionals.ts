import { define, list, type NamedFunction, optional } from "../arguments.ts";
import { Bytes, Duration, Optional, Timestamp } from "../special-values.ts";
import { failed, isList, isObject, type Value } from "../values.ts";

function isZero(value: Value): boolean {
  if (isList(value)) return value.length === 0;
  if (isObject(value)) return Object.keys(value).length === 0;
  if (value instanceof Bytes) return value.data.length === 0;
  if (value instanceof Timestamp || value instanceof Duration) return value.nanoseconds === 0n;
  if (value instanceof Optional) return value.value === undefined;
  return value === null || value === false || value === 0 || value === "";
}

export const optionalFunctions: readonly NamedFunction[] = [
  define("optional.none", "optional.none()", [0, 0], () => new Optional(undefined)),
  define("optional.of", "optional.of(x)", [1, 1], ([value]) => new Optional(value ?? null)),
  define(
    "optional.ofNonZeroValue",
    "optional.ofNonZeroValue(x)",
    [1, 1],
    ([value = null]) => new Optional(isZero(value) ? undefined : value),
  ),
  define("optional.unwrap", "optional.unwrap(list)", [1, 1], ([values], meter, usage) => {
    meter.spend(list(values, usage).length);
    return list(values, usage).flatMap((item) => {
      const { value } = optional(item, usage);
      return value === undefined ? [] : [value];
    });
  }),
];

export const optionalMethods: readonly NamedFunction[] = [
  define(
    "hasValue",
    "optional.hasValue()",
    [1, 1],
    ([value], _meter, usage) => optional(value, usage).value !== undefined,
  ),
  define("value", "optional.value()", [1, 1], ([value], _meter, usage) => {
    const inner = optional(value, usage).value;
    if (inner === undefined)
      throw failed("optional.value(): there is no value. optional.orValue(x) gives another one.");
    return inner;
  }),
];
