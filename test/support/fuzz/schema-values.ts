import fc from "fast-check";
import type { Json } from "../../../src/shared/json.ts";
import { oddJson } from "./odd-values.ts";

/** As much of a JSON schema as the OpenAPI document has. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly Json[];
  readonly const?: Json;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
}

/** Values that fit a schema. @param document - where its references point. */
export function fromSchema(schema: Schema, document: unknown): fc.Arbitrary<Json> {
  if (schema.$ref !== undefined) return fromSchema(refer(schema.$ref, document), document);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.anyOf !== undefined)
    return fc.oneof(...schema.anyOf.map((one) => fromSchema(one, document)));
  return fromType(schema, document);
}

function fromType(schema: Schema, document: unknown): fc.Arbitrary<Json> {
  switch (schema.type) {
    case "string":
      return text(schema);
    case "integer":
      return fc.integer({ min: schema.minimum ?? -9, max: Math.min(schema.maximum ?? 9999, 9999) });
    case "number":
      return number(schema);
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "array":
      return fc.array(fromSchema(schema.items ?? {}, document), { maxLength: 3 });
    case "object":
      return object(schema, document);
    default:
      return oddJson;
  }
}

function object({ properties = {}, required = [] }: Schema, document: unknown): fc.Arbitrary<Json> {
  const members = Object.entries(properties).map(
    ([name, schema]) => [name, fromSchema(schema, document)] as const,
  );
  if (members.length === 0) return fc.dictionary(fc.constantFrom("note", "amount", "a"), oddJson);
  return fc.record(Object.fromEntries(members), { requiredKeys: [...required] });
}

function number({ minimum, exclusiveMinimum, maximum }: Schema): fc.Arbitrary<number> {
  const min = minimum ?? (exclusiveMinimum === undefined ? -1000 : exclusiveMinimum + 0.001);
  return fc.double({ min, max: Math.min(maximum ?? 1000, 1000), noNaN: true });
}

/** Text that means something in places, and any other. */
function text({ pattern, minLength = 0, maxLength = 200 }: Schema): fc.Arbitrary<string> {
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  return fc.oneof(
    fc
      .constantFrom("say", "topic", "7d", "2026-01-31T09:00:00Z", "U0BOB", "billing", "echo")
      .filter((word) => word.length <= maxLength),
    fc.string({ minLength, maxLength: Math.min(maxLength, 40), unit: "grapheme" }),
  );
}

function refer(pointer: string, document: unknown): Schema {
  let found: unknown = document;
  for (const part of pointer.slice(2).split("/"))
    found = (found as Readonly<Record<string, unknown>>)[part];
  return found as Schema;
}
