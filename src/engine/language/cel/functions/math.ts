import { define, type NamedFunction, number, whole } from "../arguments.ts";
import { failed, isList, type Value } from "../values.ts";

/** Halves away from zero, as people round money. */
function roundHalf(value: number): number {
  return Math.sign(value) * Math.round(Math.abs(value));
}

function simple(name: string, apply: (value: number) => Value): NamedFunction {
  return define(name, `${name}(x)`, [1, 1], ([value], _meter, usage) =>
    apply(number(value, usage)),
  );
}

function choice(name: string, choose: (a: number, b: number) => number): NamedFunction {
  return define(name, `${name}(x, y)`, [1, 10], (args, meter, usage) => {
    const [first] = args;
    const values = args.length === 1 && isList(first) ? first : args;
    if (values.length === 0) throw failed(`${usage} needs at least one number.`);
    meter.spend(values.length);
    return values.map((value) => number(value, usage)).reduce((a, b) => choose(a, b));
  });
}

function bits(name: string, apply: (a: bigint, b: bigint) => bigint): NamedFunction {
  return define(name, `${name}(x, y)`, [2, 2], ([a, b], _meter, usage) =>
    ofBits(apply(BigInt(whole(a, usage)), BigInt(whole(b, usage))), usage),
  );
}

function shift(name: string, apply: (value: bigint, places: bigint) => bigint): NamedFunction {
  return define(name, `${name}(x, places)`, [2, 2], ([value, places], _meter, usage) => {
    const count = whole(places, usage);
    const shifted = BigInt(whole(value, usage));
    if (count < 0) throw failed(`${usage} takes no negative number of places.`);
    return count > 63 ? 0 : ofBits(apply(shifted, BigInt(count)), usage);
  });
}

/** A number of 64 bits as a number of JSON. */
function ofBits(value: bigint, usage: string): number {
  const result = Number(BigInt.asIntN(64, value));
  if (Number.isSafeInteger(result)) return result;
  throw failed(`The result of ${usage} is beyond 2^53, where whole numbers lose digits.`);
}

export const mathFunctions: readonly NamedFunction[] = [
  choice("math.greatest", Math.max),
  choice("math.least", Math.min),
  simple("math.abs", Math.abs),
  simple("math.ceil", Math.ceil),
  simple("math.floor", Math.floor),
  simple("math.round", roundHalf),
  simple("math.trunc", Math.trunc),
  simple("math.sign", Math.sign),
  simple("math.sqrt", Math.sqrt),
  simple("math.isNaN", Number.isNaN),
  simple("math.isInf", (value) => !Number.isFinite(value) && !Number.isNaN(value)),
  simple("math.isFinite", Number.isFinite),
  bits("math.bitAnd", (a, b) => a & b),
  bits("math.bitOr", (a, b) => a | b),
  bits("math.bitXor", (a, b) => a ^ b),
  define("math.bitNot", "math.bitNot(x)", [1, 1], ([value], _meter, usage) =>
    ofBits(~BigInt(whole(value, usage)), usage),
  ),
  shift("math.bitShiftLeft", (value, places) => value << places),
  shift("math.bitShiftRight", (value, places) => BigInt.asUintN(64, value) >> places),
];
