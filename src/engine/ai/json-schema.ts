import { z } from "zod";
import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import type { Coerced } from "./coerce.ts";

/** Whether a value follows a schema; the complaint names each place that does not. */
export function checkSchema(value: Json, schema: JsonObject | undefined): Coerced {
  if (schema === undefined) return { ok: true, value };
  const issues = compileSchema(schema).safeParse(value).error?.issues ?? [];
  if (issues.length === 0) return { ok: true, value };
  const problems = issues.slice(0, 5).map(({ path, message }) => {
    const place = path.length === 0 ? "" : `"${path.join(".")}": `;
    return `${place}${message.replace(/^Invalid input: /, "")}`;
  });
  return {
    ok: false,
    complaint: `The value does not follow the schema (${problems.join("; ")}). Correct it.`,
  };
}

const SchemaDocument = z.custom<z.core.JSONSchema.JSONSchema>((value) => isJsonObject(value));

const compiled = new WeakMap<JsonObject, z.ZodType>();

/**
 * The check of a JSON schema. Its patterns are left to the model's provider: here they could run for ever.
 *
 * @throws {Error} for a schema that cannot be checked.
 */
export function compileSchema(schema: JsonObject): z.ZodType {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  const type = z.fromJSONSchema(SchemaDocument.parse(withoutPatterns(schema)));
  compiled.set(schema, type);
  return type;
}

/** The schema without the keyword `pattern` where it is a keyword: next to it, not as the name of a property. */
function withoutPatterns(value: Json, isNames = false): Json {
  if (Array.isArray(value)) return value.map((item: Json) => withoutPatterns(item));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => isNames || (name !== "pattern" && name !== "patternProperties"))
      .map(([name, part]): [string, Json] => {
        if (!isNames && (name === "enum" || name === "const" || name === "default")) {
          return [name, part];
        }
        const namesFollow = !isNames && /^(?:properties|\$defs|definitions)$/.test(name);
        return [name, withoutPatterns(part, namesFollow)];
      }),
  );
}
