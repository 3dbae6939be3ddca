import { z } from "zod";
import { type DocumentSchema, typeText } from "../http-reference/schema-text.ts";

/** A member of a trigger. */
export interface Member {
  readonly name: string;
  /** In the notation of TypeScript; objects have their members in `members`. */
  readonly type: string;
  readonly isRequired: boolean;
  /** Absent: the schema says nothing of it. */
  readonly description?: string | undefined;
  /** As JSON. Absent: there is none. */
  readonly default?: string | undefined;
  readonly members: readonly Member[];
}

/** The members of a schema, and within objects theirs. */
export function membersOf(schema: z.ZodType): readonly Member[] {
  const json = z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
    // Zod leaves out the default of what is transformed, such as a duration.
    override: ({ zodSchema, jsonSchema }) => {
      const { def } = zodSchema._zod;
      if (def.type === "default") jsonSchema.default = z.json().parse(def.defaultValue);
    },
  });
  const document: DocumentSchema = JSON.parse(JSON.stringify(json));
  return describe(document);
}

function describe({ properties = {}, required = [] }: DocumentSchema): readonly Member[] {
  return Object.entries(properties).map(([name, member]) => ({
    name,
    type: typeText(withoutMembers(member)),
    isRequired: required.includes(name),
    description: member.description,
    default: member.default === undefined ? undefined : JSON.stringify(member.default),
    members: [member, ...(member.anyOf ?? []), ...(member.items ? [member.items] : [])].flatMap(
      describe,
    ),
  }));
}

/** Objects are called so: what is in them stands below. */
function withoutMembers(schema: DocumentSchema): DocumentSchema {
  const { $ref, properties: _below, anyOf, items, additionalProperties: others, ...rest } = schema;
  // Only JSON of any kind has a reference, to itself.
  if ($ref !== undefined) return {};
  return {
    ...rest,
    ...(anyOf && { anyOf: anyOf.map(withoutMembers) }),
    ...(items && { items: withoutMembers(items) }),
    ...(typeof others === "object" && { additionalProperties: withoutMembers(others) }),
  };
}
