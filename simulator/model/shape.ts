import { isJsonObject, type Json, type JsonObject, member, toText, toTexts } from "../json.ts";

/** A member of the requested object. */
export interface Field {
  readonly name: string;
  readonly description: string;
  readonly shape: Shape;
}

/** The form that an answer must have. */
export type Shape =
  | { readonly kind: "choice"; readonly values: readonly string[] }
  | {
      readonly kind: "number";
      readonly min: number | undefined;
      readonly max: number | undefined;
      readonly isInteger: boolean;
    }
  | { readonly kind: "boolean" }
  | { readonly kind: "text"; readonly maxLength: number | undefined }
  | { readonly kind: "list"; readonly item: Shape; readonly minItems: number }
  | { readonly kind: "object"; readonly fields: readonly Field[] }
  | { readonly kind: "constant"; readonly value: Json };

const DEPTH_MAX = 20;

/** Any text. */
export const TEXT: Shape = { kind: "text", maxLength: undefined };

/**
 * @returns the shape that a JSON schema allows. Of alternatives the first that is not null is taken;
 *   references within the schema are followed; what it leaves open is text.
 */
export function shapeOfSchema(schema: unknown, root: unknown = schema, depth = 0): Shape {
  if (!isJsonObject(schema) || depth > DEPTH_MAX) return TEXT;
  const elsewhere = alternative(schema, root);
  if (elsewhere !== undefined) return shapeOfSchema(elsewhere, root, depth + 1);
  const fixed = constant(schema);
  if (fixed !== undefined) return fixed;
  switch (typeOf(schema)) {
    case "object":
      return { kind: "object", fields: fieldsOf(schema, root, depth) };
    case "array":
      return {
        kind: "list",
        item: shapeOfSchema(member(schema, "items"), root, depth + 1),
        minItems: numberOf(schema, "minItems") ?? 0,
      };
    case "integer":
      return numberShape(schema, true);
    case "number":
      return numberShape(schema, false);
    case "boolean":
      return { kind: "boolean" };
    case "null":
      return { kind: "constant", value: null };
    default:
      return { kind: "text", maxLength: numberOf(schema, "maxLength") };
  }
}

function constant(schema: JsonObject): Shape | undefined {
  const fixed = schema["const"];
  if (fixed !== undefined) return { kind: "constant", value: fixed };
  const values = schema["enum"];
  if (!Array.isArray(values) || values.length === 0) return undefined;
  const texts = toTexts(values);
  if (texts.length > 0) return { kind: "choice", values: texts };
  return { kind: "constant", value: values[0] };
}

/** @returns the schema that stands for this one: the target of a reference, or one of several. */
function alternative(schema: JsonObject, root: unknown): unknown {
  const reference = toText(schema["$ref"]);
  if (reference?.startsWith("#")) {
    return reference
      .slice(1)
      .split("/")
      .filter((part) => part !== "")
      .map((part) => decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~"))
      .reduce<unknown>((part, key) => member(part, key), root);
  }
  for (const key of ["anyOf", "oneOf", "allOf"]) {
    const options = schema[key];
    if (Array.isArray(options)) {
      return options.find((option) => member(option, "type") !== "null") ?? options[0];
    }
  }
  return undefined;
}

function typeOf(schema: JsonObject): string | undefined {
  const type = schema["type"];
  const named = Array.isArray(type) ? toTexts(type).find((one) => one !== "null") : toText(type);
  return named ?? (isJsonObject(schema["properties"]) ? "object" : undefined);
}

function fieldsOf(schema: JsonObject, root: unknown, depth: number): readonly Field[] {
  const properties = schema["properties"];
  if (!isJsonObject(properties)) return [];
  return Object.entries(properties).map(([name, property]) => ({
    name,
    description: toText(member(property, "description")) ?? "",
    shape: shapeOfSchema(property, root, depth + 1),
  }));
}

function numberShape(schema: JsonObject, isInteger: boolean): Shape {
  const step = isInteger ? 1 : 0;
  const above = numberOf(schema, "exclusiveMinimum");
  const below = numberOf(schema, "exclusiveMaximum");
  return {
    kind: "number",
    min: numberOf(schema, "minimum") ?? (above === undefined ? undefined : above + step),
    max: numberOf(schema, "maximum") ?? (below === undefined ? undefined : below - step),
    isInteger,
  };
}

function numberOf(schema: JsonObject, key: string): number | undefined {
  const value = schema[key];
  return typeof value === "number" ? value : undefined;
}
