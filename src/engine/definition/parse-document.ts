import { isJsonObject, type JsonObject, readOwn } from "../../shared/json.ts";
import type { ProblemCollector } from "./problem.ts";

/** Characters of a definition as JSON text. */
const MAX_DEFINITION_LENGTH = 1_000_000;
const MAX_DEPTH = 60;
/** Members of one object. */
const MAX_MEMBERS = 5000;

/**
 * The definition as a JSON object that is safe to work with: plain, not too large, not too deep, no `__proto__`.
 *
 * @returns `null` when it is not; the collected problems say why.
 */
export function readDocument(source: unknown, collector: ProblemCollector): JsonObject | null {
  if (!isJsonObject(source)) {
    collector.problem(
      [],
      "the definition is not a JSON object",
      'Begin with { "id": …, "name": …, "steps": [ … ] }.',
    );
    return null;
  }
  const fault = findFault(source, []);
  if (fault !== null) {
    collector.problem(fault.path, fault.message, fault.fix);
    return null;
  }
  const { length } = JSON.stringify(source);
  if (length <= MAX_DEFINITION_LENGTH) return source;
  collector.problem(
    [],
    `the definition has ${length} characters of JSON; at most ${MAX_DEFINITION_LENGTH} are allowed`,
    "Move data out of the definition, or split the workflow.",
  );
  return null;
}

interface Fault {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly fix: string;
}

function findFault(value: unknown, path: readonly PropertyKey[]): Fault | null {
  if (value === null || typeof value === "string" || typeof value === "boolean") return null;
  if (typeof value === "number") {
    return Number.isFinite(value)
      ? null
      : { path, message: "this number is not finite", fix: "JSON knows finite numbers alone." };
  }
  if (path.length > MAX_DEPTH) {
    return {
      path: path.slice(0, 8),
      message: `the definition is nested deeper than ${MAX_DEPTH} levels`,
      fix: "Flatten it.",
    };
  }
  if (Array.isArray(value)) {
    return firstFault(
      value.map((item: unknown, index) => [index, item]),
      path,
    );
  }
  if (!isJsonObject(value) || !isPlain(value)) {
    return {
      path,
      message: `this is not a JSON value but ${typeof value}`,
      fix: "Use text, numbers, true, false, null, lists and objects.",
    };
  }
  if (Object.hasOwn(value, "__proto__")) {
    return {
      path: [...path, "__proto__"],
      message: 'the name "__proto__" is not allowed',
      fix: "Choose another name.",
    };
  }
  const names = Object.keys(value);
  if (names.length > MAX_MEMBERS) {
    return {
      path: path.slice(0, 8),
      message: `an object has ${names.length} members; at most ${MAX_MEMBERS} are allowed`,
      fix: "Move data out of the definition.",
    };
  }
  return firstFault(
    names.map((key) => [key, readOwn(value, key)]),
    path,
  );
}

function firstFault(
  members: readonly (readonly [PropertyKey, unknown])[],
  path: readonly PropertyKey[],
): Fault | null {
  for (const [key, item] of members) {
    // Most are such: a path for each of half a million would take long.
    if (typeof item === "string" || Number.isFinite(item)) continue;
    const fault = findFault(item, [...path, key]);
    if (fault !== null) return fault;
  }
  return null;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
