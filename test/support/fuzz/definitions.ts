import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { isJsonObject, type Json, type JsonObject } from "../../../src/shared/json.ts";
import { anySteps } from "../any-workflow.ts";
import { DOCUMENTED, oddExpression, oddTemplate } from "./expressions.ts";
import { type Mutation, mutate, mutateText, mutations, textMutations } from "./mutate.ts";
import { oddJson, oddText } from "./odd-values.ts";
import { STAGE_WORKFLOWS } from "./stage-workflows.ts";

const ROOT = join(import.meta.dirname, "../../..");

/** The workflows that are shipped, and those of the documentation, which has an example of each feature. */
const RIGHT: readonly JsonObject[] = [
  ...STAGE_WORKFLOWS,
  ...filesIn("workflows", ".json").map((text): JsonObject => JSON.parse(text)),
  ...filesIn("docs", ".md").flatMap((text) =>
    [...text.matchAll(/```json\n([\s\S]*?)```/g)].flatMap(([, json = ""]) => {
      const parsed = parse(json);
      return isJsonObject(parsed) && Array.isArray(parsed["steps"]) ? [parsed] : [];
    }),
  ),
];

function filesIn(folder: string, ending: string): readonly string[] {
  return readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(join(ROOT, folder, name), "utf8"));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Changes that put an odd expression or template where there was a value. */
const written: fc.Arbitrary<Mutation> = fc.record({
  what: fc.constant("replace"),
  where: fc.nat(100_000),
  value: fc.oneof(oddExpression, oddTemplate),
});

/** Members that hold an expression, and those that hold a text or a value which may be any. */
const EXPRESSIONS: ReadonlySet<string> = new Set(["expression", "items", "when", "match"]);
const TEXTS: ReadonlySet<string> = new Set([
  ...["name", "description", "label", "title", "message", "prompt", "subject", "body"],
]);
const VALUES: ReadonlySet<string> = new Set([
  ...["duration", "timeout", "timeoutMs", "backoffMs", "maxRetries", "concurrency", "required"],
  ...["default", "min", "max", "allowedValues", "failureMode", "join", "output", "onFailure"],
]);

/** What may stand there in a definition that is right, however odd. */
const filling = fc.record({
  where: fc.nat(100_000),
  expression: fc.constantFrom(...DOCUMENTED),
  text: fc.oneof(
    oddText.map((text) => text.replaceAll("{{", "{")),
    fc.constantFrom("{{variables.amount}}", "a {{execution.id}} b", "{{'{{'}}"),
  ),
  value: fc.oneof(
    fc.constantFrom<Json>(0, 1, 2, 5, 1.5, -1, "1s", "10m", "30d", "continue", "skip", "any", true),
  ),
});
type Filling = typeof filling extends fc.Arbitrary<infer Value> ? Value : never;

/** A definition with other expressions, texts and values in the places for them: mostly one that is right. */
function refill(definition: JsonObject, fillings: readonly Filling[]): Json {
  const root: { [key: string]: Json } = structuredClone(definition);
  const places: (readonly [holder: { [key: string]: Json }, key: string])[] = [];
  const visit = (part: Json): void => {
    if (Array.isArray(part)) for (const item of part) visit(item);
    else if (typeof part === "object" && part !== null) {
      const holder = part as { [key: string]: Json };
      for (const [key, value] of Object.entries(holder)) {
        if (EXPRESSIONS.has(key) || TEXTS.has(key) || VALUES.has(key)) places.push([holder, key]);
        visit(value);
      }
    }
  };
  visit(root);
  for (const { where, expression, text, value } of fillings) {
    const [holder, key] = places[where % Math.max(1, places.length)] ?? [{}, ""];
    holder[key] = EXPRESSIONS.has(key) ? expression : TEXTS.has(key) ? text : value;
  }
  return root;
}

/** The steps of any workflow, with a type that the bot has in place of the tests' own. */
function asTransform(part: Json): Json {
  if (Array.isArray(part)) return part.map(asTransform);
  if (!isJsonObject(part)) return part;
  const whole = Object.fromEntries(
    Object.entries(part).map(([key, value]): [string, Json] => [key, asTransform(value)]),
  );
  if (whole["type"] !== "scripted") return whole;
  const { retryPolicy: _, ...rest } = whole;
  return { ...rest, type: "transform", config: { expression: "variables.word" } };
}

/** Definitions: changed from right ones, put together of any steps, or any JSON at all. */
export const oddDefinition: fc.Arbitrary<Json> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.constantFrom(...RIGHT), mutations)
      .map(([definition, changes]) => mutate(definition as Json, changes)),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom(...RIGHT), fc.array(written, { minLength: 1, maxLength: 3 }))
      .map(([definition, changes]) => mutate(definition as Json, changes)),
  },
  {
    weight: 10,
    arbitrary: fc
      .tuple(fc.constantFrom(...RIGHT), fc.array(filling, { minLength: 1, maxLength: 3 }))
      .map(([definition, fillings]) => refill(definition, fillings)),
  },
  {
    weight: 3,
    arbitrary: anySteps.map(
      (steps): Json => ({
        id: "any",
        name: "Any",
        inputs: { word: { type: "string", default: "a" }, list: { type: "text" } },
        steps: asTransform([...steps]),
      }),
    ),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom(...RIGHT), fc.constantFrom(...RIGHT), fc.nat(), mutations)
      .map(([one, other, where, changes]) =>
        // Steps of one workflow within another.
        mutate(one as Json, [
          { what: "replace", where, value: other["steps"] ?? null },
          ...changes,
        ]),
      ),
  },
  { weight: 1, arbitrary: oddJson },
);

/** The text of a definition, as a file may hold it. */
export const oddSource: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(...RIGHT), textMutations)
  .map(([definition, changes]) => mutateText(JSON.stringify(definition, null, 2), changes));
