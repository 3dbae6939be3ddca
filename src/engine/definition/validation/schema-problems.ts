import { z } from "zod";
import { counted } from "../../../shared/counted.ts";
import { didYouMean } from "../../../shared/did-you-mean.ts";
import { readOwn } from "../../../shared/json.ts";
import { SIZE_UNITS, TYPE_WORDS, WRONG_FORM } from "../../../shared/schema-words.ts";
import { shorten } from "../../../shared/shorten.ts";
import { typeInWords } from "../../language/cel/values.ts";
import type { ProblemCollector } from "../problem.ts";

type Issue = z.core.$ZodIssue;

/** Names in one place that are each compared with those that are known. */
const MAX_UNKNOWN = 100;

/**
 * Says in plain words what a schema finds wrong.
 *
 * @param base - where `value` is in the document.
 */
export function addSchemaProblems(
  schema: z.ZodType,
  value: unknown,
  base: readonly PropertyKey[],
  collector: ProblemCollector,
): void {
  const result = schema.safeParse(value);
  for (const issue of result.error?.issues ?? [])
    addIssue(issue, { schema, value, base }, collector);
}

interface Context {
  readonly schema: z.ZodType;
  readonly value: unknown;
  readonly base: readonly PropertyKey[];
}

function addIssue(issue: Issue, context: Context, collector: ProblemCollector): void {
  const path = [...context.base, ...issue.path];
  const found = issue.path.reduce<unknown>(
    (value, key) => readOwn(value, String(key)),
    context.value,
  );
  const name = lastName(path);
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(context.schema, issue.path);
    for (const key of issue.keys.slice(0, MAX_UNKNOWN)) {
      const list = known.length === 0 ? "" : ` Known here: ${known.join(", ")}.`;
      const near = didYouMean(key, known).trim();
      collector.problem(
        [...path, key],
        `"${key.slice(0, 60)}" is not known here`,
        `${near === "" ? "Remove it." : near}${list}`,
      );
    }
    const more = issue.keys.length - MAX_UNKNOWN;
    if (more > 0) collector.problem(path, `${more} more names are not known here`, "Remove them.");
    return;
  }
  if (issue.code === "invalid_union") return addUnion(issue, context, path, found, collector);
  if (found === undefined && issue.code !== "custom") {
    collector.problem(path, `${name} is missing`, `Add it${expectedOf(issue)}.`);
    return;
  }
  const { message, fix } = describe(issue, found, name);
  collector.problem(path, message, fix);
}

function expectedOf(issue: Issue): string {
  const expected = issue.code === "invalid_type" ? TYPE_WORDS[issue.expected] : undefined;
  if (expected !== undefined) return `: ${expected}`;
  return issue.code === "invalid_value" ? `: one of ${issue.values.map(String).join(", ")}` : "";
}

function describe(
  issue: Issue,
  found: unknown,
  name: string,
): { readonly message: string; readonly fix: string } {
  switch (issue.code) {
    case "invalid_type": {
      const expected = TYPE_WORDS[issue.expected] ?? issue.expected;
      // A number that is not whole is recognized by its value.
      const isFraction = issue.expected === "int" && typeof found === "number";
      const is = isFraction ? shown(found) : typeInWords(found);
      return {
        message: `${name} has to be ${expected}, and is ${is}`,
        fix: `Give ${expected}.`,
      };
    }
    case "invalid_value": {
      const values = issue.values.map(String);
      const near = typeof found === "string" ? didYouMean(found, values) : "";
      return {
        message: `${shown(found)} is not possible for ${name}`,
        fix: `Use one of ${values.join(", ")}.${near}`,
      };
    }
    case "too_small":
    case "too_big":
      return describeSize(issue, name);
    case "invalid_key":
      return {
        message: `the name ${name} is not possible`,
        fix: "Begin with a letter or _, and use letters, digits and _ alone (at most 64).",
      };
    case "invalid_format":
      return issue.message === WRONG_FORM
        ? {
            message: `${shown(found)} does not have the form of ${name}`,
            fix: "Compare it with an example in the documentation.",
          }
        : { message: `${name} ${issue.message}`, fix: `Change ${shown(found)}.` };
    case "custom":
      return {
        message: `${name} ${issue.message}`,
        fix: found === undefined ? "Add it." : `Change ${shown(found)}.`,
      };
    default:
      return { message: `${name} does not fit: ${issue.message}`, fix: `Change ${shown(found)}.` };
  }
}

function describeSize(
  issue: Extract<Issue, { code: "too_small" | "too_big" }>,
  name: string,
): { message: string; fix: string } {
  const limit = Number(issue.code === "too_small" ? issue.minimum : issue.maximum);
  const word = issue.code === "too_small" ? "at least" : "at most";
  const unit = SIZE_UNITS.get(issue.origin);
  return unit === undefined
    ? { message: `${name} has to be ${word} ${limit}`, fix: `Give ${word} ${limit}.` }
    : {
        message: `${name} has to have ${word} ${counted(limit, unit)}`,
        fix: `Use ${word} ${counted(limit, unit)}.`,
      };
}

/** Of the forms that a value may have, the one it comes closest to is explained; without one, all are named. */
function addUnion(
  issue: Extract<Issue, { code: "invalid_union" }>,
  context: Context,
  path: readonly PropertyKey[],
  found: unknown,
  collector: ProblemCollector,
): void {
  const close = issue.errors.filter(
    (issues) => !issues.some((inner) => inner.code === "invalid_type" && inner.path.length === 0),
  );
  const [best] = close;
  if (best !== undefined) {
    for (const inner of best)
      addIssue({ ...inner, path: [...issue.path, ...inner.path] }, context, collector);
    return;
  }
  const forms = issue.errors.flatMap((issues) =>
    issues.flatMap((inner) =>
      inner.code === "invalid_type" ? [TYPE_WORDS[inner.expected] ?? inner.expected] : [],
    ),
  );
  const expected = [...new Set(forms)].join(" or ");
  const name = lastName(path);
  if (found === undefined) collector.problem(path, `${name} is missing`, `Add it: ${expected}.`);
  else
    collector.problem(
      path,
      `${name} has to be ${expected}, and is ${typeInWords(found)}`,
      `Give ${expected}.`,
    );
}

function lastName(path: readonly PropertyKey[]): string {
  const last = path.at(-1);
  if (last === undefined) return "the definition";
  return typeof last === "number" ? `element ${last + 1}` : `"${String(last).slice(0, 60)}"`;
}

function shown(value: unknown): string {
  return shorten(JSON.stringify(value) ?? "it", 60);
}

/** The names that an object may have at a place of a schema; empty when any may be. */
function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  let here: unknown = schema;
  for (const key of path) here = inner(unwrap(here), key);
  const object = unwrap(here);
  return object instanceof z.ZodObject ? Object.keys(object.shape) : [];
}

function inner(schema: unknown, key: PropertyKey): unknown {
  if (schema instanceof z.ZodObject) return readOwn(schema.shape, String(key));
  if (schema instanceof z.ZodArray) return schema.element;
  return schema instanceof z.ZodRecord ? schema.valueType : undefined;
}

function unwrap(schema: unknown): unknown {
  let here = schema;
  while (
    here instanceof z.ZodOptional ||
    here instanceof z.ZodDefault ||
    here instanceof z.ZodPrefault ||
    here instanceof z.ZodNullable
  ) {
    here = here.unwrap();
  }
  return here;
}
