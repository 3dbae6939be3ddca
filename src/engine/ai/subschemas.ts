import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";

/** Names and indexes that lead to a part of a schema. */
export type SchemaPath = readonly (string | number)[];

/** A schema within a schema. */
export interface Subschema {
  readonly path: SchemaPath;
  readonly schema: JsonObject;
}

/** Keywords whose value is a schema, a list of schemas, or schemas by name: those of draft 2020-12 and of its two predecessors. */
const ONE_OR_LIST = new Set([
  "additionalItems",
  "additionalProperties",
  "allOf",
  "anyOf",
  "contains",
  "contentSchema",
  "else",
  "if",
  "items",
  "not",
  "oneOf",
  "prefixItems",
  "propertyNames",
  "then",
  "unevaluatedItems",
  "unevaluatedProperties",
]);
const BY_NAME = new Set([
  "$defs",
  "definitions",
  "dependencies",
  "dependentSchemas",
  "patternProperties",
  "properties",
]);

/** Keywords that hold no schema. */
const PLAIN = [
  "$anchor",
  "$comment",
  "$dynamicAnchor",
  "$dynamicRef",
  "$id",
  "$recursiveAnchor",
  "$recursiveRef",
  "$ref",
  "$schema",
  "$vocabulary",
  "const",
  "contentEncoding",
  "contentMediaType",
  "default",
  "dependentRequired",
  "deprecated",
  "description",
  "enum",
  "examples",
  "exclusiveMaximum",
  "exclusiveMinimum",
  "format",
  "maxContains",
  "maxItems",
  "maxLength",
  "maxProperties",
  "maximum",
  "minContains",
  "minItems",
  "minLength",
  "minProperties",
  "minimum",
  "multipleOf",
  "pattern",
  "readOnly",
  "required",
  "title",
  "type",
  "uniqueItems",
  "writeOnly",
] as const;

/** Every keyword, for a comparison with what stands in a schema. */
export const KEYWORDS: ReadonlySet<string> = new Set([...ONE_OR_LIST, ...BY_NAME, ...PLAIN]);

/** A schema and all schemas within it, the outer ones first. What stands in `enum`, `const` or `default` is data and no schema. */
export function subschemasOf(schema: Json, path: SchemaPath = []): readonly Subschema[] {
  if (!isJsonObject(schema)) return [];
  const inner = Object.entries(schema).flatMap(([keyword, value]) => {
    const place = [...path, keyword];
    if (ONE_OR_LIST.has(keyword) && !Array.isArray(value)) return subschemasOf(value, place);
    return holdsSchemas(keyword, value)
      ? Object.entries(value).flatMap(([name, part]) => subschemasOf(part, [...place, name]))
      : [];
  });
  return [{ path, schema }, ...inner];
}

/** Whether a keyword's value is a list of schemas, or schemas by name. */
function holdsSchemas(keyword: string, value: Json): value is JsonObject | readonly Json[] {
  if (Array.isArray(value)) return ONE_OR_LIST.has(keyword);
  return BY_NAME.has(keyword) && isJsonObject(value);
}
