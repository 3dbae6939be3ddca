import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { isJsonObject, type Json, type JsonObject } from "../../../src/shared/json.ts";
import { anySteps } from "../any-workflow.ts";
import { oddExpression, oddTemplate } from "./expressions.ts";
import { type Mutation, mutate, mutateText, mutations, textMutations } from "./mutate.ts";
import { oddJson } from "./odd-values.ts";
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
    weight: 3,
    arbitrary: anySteps.map(
      (steps): Json => ({
        id: "any",
        name: "Any",
        steps: JSON.parse(JSON.stringify(steps).replaceAll('"scripted"', '"transform"')),
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
