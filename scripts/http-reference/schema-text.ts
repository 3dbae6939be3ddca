/** As much of a JSON schema as the OpenAPI document has. */
export interface DocumentSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly DocumentSchema[];
  readonly properties?: Readonly<Record<string, DocumentSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | DocumentSchema;
  readonly items?: DocumentSchema;
  readonly description?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** Longer lists, that of the codes of errors, are named elsewhere. */
const MOST_NAMED = 20;

/** A schema as a type in the notation of TypeScript; schemas with a name are named. */
export function typeText(schema: DocumentSchema): string {
  if (schema.$ref !== undefined) return schema.$ref.split("/").at(-1) ?? "";
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined && schema.enum.length <= MOST_NAMED)
    return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.anyOf !== undefined)
    return [...new Set(schema.anyOf.map((one) => typeText(one)))].join(" | ");
  return plainText(schema);
}

function plainText(schema: DocumentSchema): string {
  const { type, items, minimum, maximum } = schema;
  switch (type) {
    case "object":
      return objectText(schema);
    case "array": {
      const of = typeText(items ?? {});
      return of.includes(" | ") ? `(${of})[]` : `${of}[]`;
    }
    case "integer":
      return `integer${minimum === undefined ? "" : ` from ${minimum}`}${maximum === undefined ? "" : ` to ${maximum}`}`;
    case undefined:
      return "any";
    default:
      return typeof type === "string" ? type : type.join(" | ");
  }
}

function objectText(schema: DocumentSchema): string {
  const { properties = {}, required = [], additionalProperties } = schema;
  const members = Object.entries(properties).map(
    ([name, member]) => `${name}${required.includes(name) ? "" : "?"}: ${typeText(member)}`,
  );
  if (typeof additionalProperties === "object")
    members.push(members.length === 0 ? `[name]: ${typeText(additionalProperties)}` : "…");
  return members.length === 0 ? "object" : `{ ${members.join(", ")} }`;
}
