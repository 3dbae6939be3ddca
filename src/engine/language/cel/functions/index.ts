import type { CelFunction } from "../arguments.ts";
import { conversionFunctions, conversionMethods } from "./conversions.ts";
import { dateFunctions } from "./dates.ts";
import { encoderFunctions } from "./encoders.ts";
import { listFunctions, listMethods } from "./lists.ts";
import { mathFunctions } from "./math.ts";
import { numberFunctions } from "./numbers.ts";
import { optionalFunctions, optionalMethods } from "./optionals.ts";
import { patternFunctions, patternMethods } from "./patterns.ts";
import { stringFunctions, stringMethods } from "./strings.ts";
import { timeFunctions, timeMethods } from "./times.ts";

/** Functions by name, those of a namespace with it: `math.abs`. Macros such as `has` and `cel.bind` are not among them. */
export const FUNCTIONS: ReadonlyMap<string, CelFunction> = new Map([
  ...conversionFunctions,
  ...timeFunctions,
  ...stringFunctions,
  ...patternFunctions,
  ...listFunctions,
  ...mathFunctions,
  ...numberFunctions,
  ...dateFunctions,
  ...encoderFunctions,
  ...optionalFunctions,
]);

/** Methods by name. The loops (`map`, `filter`, …) and the macros of optional values are not among them. */
export const METHODS: ReadonlyMap<string, CelFunction> = new Map([
  ...conversionMethods,
  ...stringMethods,
  ...patternMethods,
  ...listMethods,
  ...optionalMethods,
  ...timeMethods,
]);

/** The words before the point of functions such as `math.abs`. */
export const NAMESPACES: ReadonlySet<string> = new Set(
  [...FUNCTIONS.keys()].flatMap((name) =>
    name.includes(".") ? [name.slice(0, name.indexOf("."))] : [],
  ),
);
