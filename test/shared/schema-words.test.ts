import { expect, test } from "vitest";
import { z } from "zod";
import "../../src/shared/schema-words.ts";

test.for<[z.ZodType, unknown, string]>([
  [z.string(), 3, "must be text, and is a number"],
  [z.int(), 1.5, "must be a whole number, and is 1.5"],
  [z.number(), undefined, "must be a number"],
  [z.array(z.string()), {}, "must be a list, and is an object"],
  [z.enum(["a", "b", "c"]), "d", "must be a, b or c"],
  [z.string().max(1000), "x".repeat(1001), "must have at most 1000 characters"],
  [z.string().min(1), "", "must not be empty"],
  [z.array(z.string()).max(1), ["a", "b"], "must have at most 1 element"],
  [z.number().min(1), 0, "must be at least 1"],
  [z.number().positive(), 0, "must be more than 0"],
  [z.strictObject({}), { nam: 1 }, "has a member that is not known here: nam"],
  [z.union([z.string(), z.number()]), null, "must be text or a number, and is null"],
  [z.union([z.literal(1), z.literal(2)]), null, "is not possible here"],
  [z.string().regex(/^a/), "b", "does not have the right form"],
  [z.url(), "b", "must be a web address such as https://example.com/page"],
  [z.string().startsWith("xo"), "b", 'must begin with "xo"'],
  [z.number().multipleOf(5), 3, "must be a multiple of 5"],
  [z.string("must be the name of a step"), 3, "must be the name of a step"],
])("schema %$: the problem of %j is said in plain words", ([schema, value, words]) => {
  expect(schema.safeParse(value).error?.issues[0]?.message).toBe(words);
});
