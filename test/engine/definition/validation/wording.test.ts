import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { validateDefinition } from "../../../../src/engine/definition/validation/validate.ts";
import "../../../../src/shared/schema-words.ts";
import { realRegistries } from "../../../support/registries.ts";

const registries = realRegistries();
const FOLDER = resolve(import.meta.dirname, "../../../../workflows");

/** Definitions as they ship, and one with members that those lack. */
const DEFINITIONS: readonly unknown[] = [
  ...readdirSync(FOLDER)
    .filter((name) => name.endsWith(".json"))
    .map((name): unknown => JSON.parse(readFileSync(join(FOLDER, name), "utf8"))),
  {
    id: "all",
    name: "All",
    triggers: [
      { type: "message", keywords: ["a"], channels: ["#a"] },
      { type: "schedule", cron: "0 9 * * *", timezone: "UTC", missed: "skip" },
      { type: "webhook", path: "/hooks/all", secret: "FORGE" },
      { type: "event", eventName: "a.b", match: "variables.x > 1" },
      { type: "database-change", query: "SELECT 1", pollIntervalMs: 30000 },
      { type: "reaction", emoji: "ticket" },
    ],
    inputs: {
      a: { type: "number", min: 1, max: 2, pattern: "a" },
      b: { type: "select", options: ["x"] },
    },
    concurrency: { key: "", limit: 1, onLimit: "queue" },
    report: { channel: "#a", on: "all" },
    permissions: { run: ["@finance"] },
    steps: [
      {
        id: "p",
        type: "parallel",
        config: { branches: { a: [{ id: "x", type: "wait", config: { duration: "1s" } }] } },
      },
      {
        id: "f",
        type: "foreach",
        config: {
          items: "[1]",
          as: "i",
          steps: [{ id: "y", type: "transform", config: { expression: "1" } }],
        },
      },
      {
        id: "e",
        type: "service",
        config: { service: "email", to: "a@b.example", subject: "s", text: "t" },
      },
      {
        id: "h",
        type: "service",
        config: { service: "http", url: "https://a.example", method: "GET", headers: { a: "b" } },
        retryPolicy: { maxRetries: 1, backoffMs: 5 },
      },
      { id: "c", type: "workflow", config: { workflow: "other", inputs: {} } },
    ],
  },
];

/** How zod says things, and ajv. */
const OF_LIBRARY =
  /Invalid (?:input|string|option|key|element|email|URL|number|record)|Too (?:small|big)|Unrecognized key|[<>]=\s?\d+ (?:characters|items)|expected \w+, received|received (?:undefined|string|number|object|array|boolean)|must NOT have/i;

const BAD_VALUES = fc.oneof(
  fc.constantFrom<unknown>(
    "",
    null,
    -1,
    1.5,
    1e9,
    "x".repeat(2000),
    [],
    {},
    [[]],
    { "": 1 },
    true,
    "{{",
  ),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Every place of a document. */
function placesOf(
  value: unknown,
  path: readonly PropertyKey[] = [],
): readonly (readonly PropertyKey[])[] {
  if (typeof value !== "object" || value === null) return [path];
  return [
    path,
    ...Object.entries(value).flatMap(([key, member]) =>
      placesOf(member, [...path, Array.isArray(value) ? Number(key) : key]),
    ),
  ];
}

function withValueAt(
  value: unknown,
  [key, ...rest]: readonly PropertyKey[],
  wanted: unknown,
): unknown {
  if (key === undefined) return wanted;
  if (Array.isArray(value))
    return value.map((item: unknown, index) =>
      index === key ? withValueAt(item, rest, wanted) : item,
    );
  if (typeof value !== "object" || value === null) return wanted;
  return { ...value, [key]: withValueAt(Reflect.get(value, key), rest, wanted) };
}

const BROKEN = fc
  .constantFrom(...DEFINITIONS)
  .chain((definition) =>
    fc.tuple(
      fc.constant(definition),
      fc.array(
        fc.tuple(
          fc.constantFrom(...placesOf(definition)),
          fc.option(fc.string({ maxLength: 8 })),
          BAD_VALUES,
        ),
        { minLength: 1, maxLength: 4 },
      ),
    ),
  )
  .map(([definition, changes]) =>
    changes.reduce<unknown>(
      (document, [place, name, value]) =>
        withValueAt(document, name === null ? place : [...place, name], value),
      definition,
    ),
  );

test("whatever is wrong with a definition is said in our words", () => {
  fc.assert(
    fc.property(BROKEN, (definition) => {
      const { problems, warnings } = validateDefinition(definition, registries);
      for (const { message, fix } of [...problems, ...warnings]) {
        expect(message).not.toMatch(OF_LIBRARY);
        expect(fix).not.toMatch(OF_LIBRARY);
      }
    }),
    { numRuns: 400 },
  );
});

test("every kind of fault that a schema finds has words of ours", () => {
  const schema = z.strictObject({
    text: z.string().min(1).max(3).startsWith("x"),
    whole: z.int().min(1).max(5).multipleOf(2),
    above: z.number().gt(3),
    list: z.array(z.string()).min(1).max(2),
    either: z.union([z.string(), z.array(z.string())]),
    one: z.enum(["x", "y"]),
    only: z.literal("q"),
    mail: z.email(),
    link: z.url(),
    day: z.iso.date(),
    named: z.record(z.string().regex(/^a/), z.number()),
    map: z.map(z.string(), z.number()).optional(),
    pair: z.tuple([z.string(), z.number()]),
    none: z.never().optional(),
  });
  const value = fc.oneof(
    BAD_VALUES,
    fc.record(Object.fromEntries(Object.keys(schema.shape).map((key) => [key, BAD_VALUES])), {
      requiredKeys: [],
    }),
  );
  fc.assert(
    fc.property(value, (given) => {
      for (const { message } of schema.safeParse(given).error?.issues ?? []) {
        expect(message).not.toMatch(OF_LIBRARY);
        expect(message).toMatch(/^(?:must|has|is|does) /);
      }
    }),
    { numRuns: 400 },
  );
});
