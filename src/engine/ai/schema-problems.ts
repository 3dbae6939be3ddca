import type { Ajv } from "ajv";
import { nearest } from "../../shared/did-you-mean.ts";
import { isJsonObject, readPath } from "../../shared/json.ts";
import { compileEcmaPattern } from "../language/safe-pattern.ts";
import { describeError, pathOf } from "./schema-complaints.ts";
import { KEYWORDS, type SchemaPath, type Subschema, subschemasOf } from "./subschemas.ts";

/** Why a schema cannot be used: where in it, what is wrong, what to do. */
export interface SchemaProblem {
  readonly path: SchemaPath;
  readonly message: string;
  readonly fix: string;
}

/** Problems of one schema that are listed. */
const MAX_PROBLEMS = 10;

/** Finds what of a schema is wrong by its dialect, and what is right but could not be checked as it says. */
export function findSchemaProblems(
  schema: Subschema["schema"],
  ajv: Ajv,
): readonly SchemaProblem[] {
  const wrong = findWrongForm(schema, ajv);
  if (wrong.length > 0) return wrong.slice(0, MAX_PROBLEMS);
  const all = subschemasOf(schema);
  return all
    .flatMap((part) => [
      ...findMisspelled(part),
      ...findPatterns(part),
      ...findFormats(part, ajv),
      ...findUnsupported(part, all),
    ])
    .slice(0, MAX_PROBLEMS);
}

/** What the dialect's own schema says: one problem for each place, the first. */
function findWrongForm(schema: Subschema["schema"], ajv: Ajv): readonly SchemaProblem[] {
  if (ajv.validateSchema(schema) === true) return [];
  const byPlace = new Map<string, SchemaProblem>();
  for (const error of ajv.errors ?? []) {
    if (byPlace.has(error.instancePath)) continue;
    const path = pathOf(error);
    const isList = path.at(-1) === "items" && Array.isArray(readPath(schema, path));
    byPlace.set(error.instancePath, {
      path,
      message: describeError(error),
      fix: isList ? 'Rename it to "prefixItems".' : "Correct it.",
    });
  }
  return [...byPlace.values()];
}

/** An unknown name is an annotation to the standard. One that is nearly a keyword is a slip, and would check nothing. */
function findMisspelled({ path, schema }: Subschema): readonly SchemaProblem[] {
  return Object.keys(schema).flatMap((name) => {
    if (KEYWORDS.has(name) || name === "example" || name.length < 4) return [];
    const near = nearest(name, KEYWORDS);
    if (near === null) return [];
    const message = `"${name}" is not a keyword of JSON schema and would check nothing`;
    return [{ path: [...path, name], message, fix: `Did you mean "${near}"?` }];
  });
}

function findPatterns({ path, schema }: Subschema): readonly SchemaProblem[] {
  const own = schema["pattern"];
  const byName = schema["patternProperties"];
  const patterns: readonly (readonly [SchemaPath, string])[] = [
    ...(typeof own === "string" ? [[["pattern"], own] as const] : []),
    ...(isJsonObject(byName)
      ? Object.keys(byName).map((source) => [["patternProperties", source], source] as const)
      : []),
  ];
  return patterns.flatMap(([place, source]) => {
    const compiled = compileEcmaPattern(source);
    if (typeof compiled !== "string") return [];
    const message = compiled.replace(/\.$/, "");
    return [{ path: [...path, ...place], message, fix: "Write it in another way, or remove it." }];
  });
}

function findFormats({ path, schema }: Subschema, ajv: Ajv): readonly SchemaProblem[] {
  const format = schema["format"];
  if (typeof format !== "string" || ajv.formats[format] !== undefined) return [];
  const known = Object.keys(ajv.formats);
  const near = nearest(format, known);
  return [
    {
      path: [...path, "format"],
      message: `the format "${format}" is not known and would check nothing`,
      fix:
        near === null
          ? `Remove it, or use a "pattern". Known are: ${known.join(", ")}.`
          : `Did you mean "${near}"?`,
    },
  ];
}

/** Keywords that count what others have seen, and those of which Ajv counts too little or too much. */
const CONFLICTS = [
  ["unevaluatedItems", ["contains", "items", "if"]],
  ["unevaluatedProperties", ["if"]],
] as const;

/** What the check would get wrong without a word. */
function findUnsupported(
  { path, schema }: Subschema,
  all: readonly Subschema[],
): readonly SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  const add = (keyword: string, message: string, fix: string): void => {
    problems.push({ path: [...path, keyword], message, fix });
  };
  for (const keyword of ["$dynamicRef", "$recursiveRef"]) {
    if (Object.hasOwn(schema, keyword))
      add(keyword, `"${keyword}" is not supported`, 'Use "$ref".');
  }
  const occurs = (keyword: string): boolean =>
    all.some((part) => Object.hasOwn(part.schema, keyword));
  for (const [keyword, others] of CONFLICTS) {
    const other = Object.hasOwn(schema, keyword) ? others.find(occurs) : undefined;
    if (other === undefined) continue;
    const message = `"${keyword}" is not supported in a schema that also has "${other}"`;
    add(keyword, message, "Say it in another way, or remove it.");
  }
  if (isJsonObject(schema["properties"]) && Object.hasOwn(schema["properties"], "__proto__")) {
    add("properties", 'a property cannot have the name "__proto__"', "Rename it.");
  }
  return problems;
}
