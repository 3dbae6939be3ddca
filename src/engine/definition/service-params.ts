import { z } from "zod";
import { didYouMean } from "../../shared/did-you-mean.ts";
import { AppError } from "../../shared/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import { toText } from "../../shared/json-text.ts";
import type { ServiceAction } from "../ports/service.ts";
import "../../shared/schema-words.ts";
import { bareSchema, memberSchemas } from "./param-schema.ts";

/** One thing wrong with the parameters of an action. Values are never named: they may hold secrets. */
export interface ParamProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly fix: string;
}

/**
 * Fits parameters to an action, members of objects and lists like the parameters themselves: a text that was given a number or
 * an object gets it as text, and null and an empty text count as absent where nothing has to be and they are not accepted. An
 * item of a list that counts as absent is left out, and so is a list that has no other.
 *
 * @param isOpen - says of a value that it is not known yet; of such a one it is only checked that it exists, and what it is
 *   within.
 * @returns the parameters, and every problem they have.
 */
export function fitParams(
  action: ServiceAction,
  given: JsonObject,
  isOpen: (value: Json) => boolean = () => false,
): { readonly params: JsonObject; readonly problems: readonly ParamProblem[] } {
  const { shape } = action.params;
  const problems = unknownParams(given, Object.keys(shape));
  const params: Record<string, Json> = {};
  for (const [name, type] of Object.entries(shape)) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    const fitted = fitValue(type, value);
    if (fitted !== undefined) params[name] = fitted;
    problems.push(...problemsOf(name, type, fitted, isOpen));
  }
  return { params, problems };
}

/**
 * Fits parameters to an action.
 *
 * @throws {AppError} `params_invalid`, naming every parameter that does not fit and never a value.
 */
export function prepareParams(place: string, action: ServiceAction, given: JsonObject): JsonObject {
  const { params, problems: single } = fitParams(action, given);
  const problems = single.length > 0 ? single : (action.checkTogether?.(params) ?? []);
  if (problems.length === 0) return params;
  const list = problems.map(({ path, message }) => `"${path.join(".")}" ${message}`).join("; ");
  throw new AppError({
    code: "params_invalid",
    message: `The parameters of ${place} do not fit: ${list}. ${problems[0]?.fix ?? ""}`,
  });
}

function unknownParams(given: JsonObject, known: readonly string[]): ParamProblem[] {
  return Object.keys(given)
    .filter((name) => !known.includes(name))
    .map((name) => ({
      path: [name],
      message: "is not a parameter of this action",
      fix: `Remove it. Known parameters: ${known.join(", ")}.${didYouMean(name, known)}`,
    }));
}

function fitValue(type: z.core.$ZodType, value: Json | undefined): Json | undefined {
  if (value === undefined || accepts(type, value)) return value;
  if (isNothing(value) && accepts(type, undefined)) return undefined;
  if (typeof value === "string") return value;
  const fitted = fitMembers(type, value);
  if (accepts(type, fitted)) return fitted;
  if (isEmptyList(fitted) && accepts(type, undefined)) return undefined;
  const text = toText(value);
  return accepts(type, text) ? text : fitted;
}

function isEmptyList(value: Json): boolean {
  return Array.isArray(value) && value.length === 0;
}

function isNothing(value: Json): boolean {
  return value === null || (typeof value === "string" && value.trim() === "");
}

function isUnwanted(type: z.core.$ZodType, value: Json): boolean {
  return isNothing(value) && !accepts(type, value);
}

/** Fits what is within a value, by the first schema of a union that takes it then. */
function fitMembers(type: z.core.$ZodType, value: Json): Json {
  const bare = bareSchema(type);
  if (bare instanceof z.ZodUnion) {
    const fitted = bare.options.map((option) => fitMembers(option, value));
    return fitted.find((one) => accepts(bare, one)) ?? fitted.find(isEmptyList) ?? value;
  }
  if (bare instanceof z.ZodArray && Array.isArray(value)) {
    return value.flatMap((item: Json) => {
      // No item has to be there.
      const fitted = isUnwanted(bare.element, item) ? undefined : fitValue(bare.element, item);
      return fitted === undefined ? [] : [fitted];
    });
  }
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]): [string, Json][] => {
      const [member] = memberSchemas(bare, key);
      if (member === undefined) return [[key, item]];
      // Of members that may have any name, none has to be there.
      const isAbsent = bare instanceof z.ZodRecord && isUnwanted(member, item);
      const fitted = isAbsent ? undefined : fitValue(member, item);
      return fitted === undefined ? [] : [[key, fitted]];
    }),
  );
}

function problemsOf(
  name: string,
  type: z.core.$ZodType,
  value: Json | undefined,
  isOpen: (value: Json) => boolean,
): readonly ParamProblem[] {
  const issues = parse(type, value).filter((issue) => {
    const at = valueAt(value, issue.path);
    // Whatever the values will be, these are names.
    const isOfNames = issue.code === "unrecognized_keys" || issue.code === "invalid_key";
    return isOfNames || at === undefined || !isOpen(at);
  });
  const isMissing = value === undefined;
  return issues.map((issue) => {
    const { path } = issue;
    // Of a name that does not fit, the reason stands within.
    const message = issue.code === "invalid_key" ? issue.issues[0]?.message : issue.message;
    const place = [name, ...path.map((part) => (typeof part === "number" ? part : String(part)))];
    const rule = message ?? "is not possible here";
    return isMissing
      ? { path: place, message: "is missing", fix: `Add "${name}" (${rule}).` }
      : { path: place, message: `is not right: ${rule}`, fix: `Correct "${place.join(".")}".` };
  });
}

function valueAt(value: Json | undefined, path: readonly PropertyKey[]): Json | undefined {
  let at = value;
  for (const key of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    const member: Json | undefined = Reflect.get(at, key);
    at = member;
  }
  return at;
}

function accepts(type: z.core.$ZodType, value: Json | undefined): boolean {
  return parse(type, value).length === 0;
}

function parse(type: z.core.$ZodType, value: Json | undefined): readonly z.core.$ZodIssue[] {
  const result = z.safeParse(type, value);
  return result.success ? [] : result.error.issues;
}

/** Whether a value holds a template somewhere, so that it is known only when the step is entered. */
export function holdsTemplate(value: Json): boolean {
  if (typeof value === "string") return value.includes("{{");
  if (Array.isArray(value)) return value.some((item: Json) => holdsTemplate(item));
  return isJsonObject(value) && Object.values(value).some((item) => holdsTemplate(item));
}
