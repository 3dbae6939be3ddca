import { z } from "zod";
import { readOwn } from "../../shared/json.ts";

/** Deeper parts of a schema are called `object`: the documentation has them. */
const MAX_DEPTH = 6;

/**
 * A schema in the notation of TypeScript types, which models read well and which needs a fraction of the tokens of JSON
 * schema: `{ channel: string, threadTs?: string }`.
 */
export function toNotation(schema: z.ZodType): string {
  const json: unknown = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return render(json, 0);
}

/** One member of an object, for people. */
export interface MemberText {
  readonly name: string;
  /** In the notation of TypeScript. */
  readonly type: string;
  readonly isRequired: boolean;
  /** Part of a sentence. Absent: its name says it. */
  readonly description?: string;
  /** As JSON. Absent: there is none. */
  readonly default?: string;
}

/** The members of an object, each with its type and what it is. */
export function describeMembers(schema: z.ZodObject): readonly MemberText[] {
  const json: unknown = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  const required = readOwn(json, "required");
  return Object.entries(readOwn(json, "properties") ?? {}).map(([name, member]) => {
    const description = readOwn(member, "description");
    const value = readOwn(member, "default");
    return {
      name,
      type: render(member, 0),
      isRequired: Array.isArray(required) && required.includes(name),
      ...(typeof description === "string" && { description }),
      ...(value !== undefined && { default: JSON.stringify(value) }),
    };
  });
}

function render(schema: unknown, depth: number): string {
  const values = readOwn(schema, "enum");
  if (Array.isArray(values)) return values.map((value) => JSON.stringify(value)).join(" | ");
  const anyOf = readOwn(schema, "anyOf");
  if (Array.isArray(anyOf)) return anyOf.map((part) => render(part, depth)).join(" | ");
  const type = readOwn(schema, "type");
  if (Array.isArray(type)) return type.join(" | ");
  if (type === "array") {
    const item = render(readOwn(schema, "items"), depth + 1);
    return /[ |]/.test(item) && !item.startsWith("{") ? `(${item})[]` : `${item}[]`;
  }
  if (type === "object") return renderObject(schema, depth);
  return typeof type === "string" ? type : "any";
}

function renderObject(schema: unknown, depth: number): string {
  const properties = readOwn(schema, "properties");
  if (typeof properties !== "object" || properties === null) {
    const rest = readOwn(schema, "additionalProperties");
    return typeof rest === "object" && rest !== null && depth < MAX_DEPTH
      ? `{ [name]: ${render(rest, depth + 1)} }`
      : "object";
  }
  if (depth >= MAX_DEPTH) return "object";
  const required = readOwn(schema, "required");
  const members = Object.entries(properties).map(([name, member]) => {
    const isRequired = Array.isArray(required) && required.includes(name);
    const text = `${name}${isRequired ? "" : "?"}: ${render(member, depth + 1)}`;
    return `${text}${remark(member)}`;
  });
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}

/** What a type does not say: what it is for, bounds, patterns, defaults. */
function remark(schema: unknown): string {
  const rule = ["minimum", "maximum", "pattern", "default"].flatMap((key) => {
    const value = readOwn(schema, key);
    // The largest safe number is no bound that the schema means.
    if (value === undefined || value === Number.MAX_SAFE_INTEGER) return [];
    const isEmpty = typeof value === "object";
    return isEmpty ? [] : [`${key} ${JSON.stringify(value)}`];
  });
  const description = readOwn(schema, "description");
  // No description ends the comment that it stands in.
  const said = typeof description === "string" ? [description.replaceAll("*/", "")] : [];
  const all = [...said, ...rule];
  return all.length === 0 ? "" : ` /* ${all.join(", ")} */`;
}
