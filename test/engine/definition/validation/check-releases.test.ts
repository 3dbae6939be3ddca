import { expect, test } from "vitest";
import { validateDefinition } from "../../../../src/engine/definition/validation/validate.ts";
import type { Json, JsonObject } from "../../../../src/shared/json.ts";
import { realRegistries } from "../../../support/registries.ts";

const asking = (releases: Json): JsonObject => ({
  id: "asking",
  name: "Asking",
  inputs: { amount: { type: "number" } },
  steps: [
    {
      id: "ok",
      type: "approval",
      config: { title: "Pay?", approvers: ["@finance"], releases },
      next: { approve: "rate", reject: "end" },
    },
    {
      id: "rate",
      type: "service",
      config: { service: "http", url: "https://rates.example/usd" },
      next: "pay",
    },
    {
      id: "pay",
      type: "service",
      config: { service: "http", method: "POST", url: "https://bank.example/pay" },
    },
  ],
});

const problemsOf = (releases: Json) =>
  validateDefinition(asking(releases), realRegistries()).problems.map(
    ({ path, message, fix }) => `${path}: ${message}. ${fix}`,
  );

test("steps that an approval releases can be bounded", () => {
  expect(
    problemsOf(["pay", { step: "pay", when: "stepResults.rate.output.data < 2", strict: true }]),
  ).toEqual([]);
});

test.for([
  [
    "a misspelled step",
    ["pai"],
    /releases\[0\]: no choice .* step "pai" .* it releases pay\..*Did you mean "pay"/,
  ],
  ["a step that only reads", ["rate"], /"rate" that changes something outside/],
  ["the approval itself", ["ok"], /"ok" that changes something outside/],
  ["a broken condition", [{ step: "pay", when: "1 <" }], /releases\[0\]\.when: /],
  [
    "a condition on a step that is not there",
    [{ step: "pay", when: "stepResults.rates.output > 1" }],
    /there is no step "rates".*Did you mean "rate"/,
  ],
  [
    "an optional one",
    [{ step: "pay", when: "stepResults.?rates.output.orValue(0) < 1" }],
    /there is no step "rates".*Did you mean "rate"/,
  ],
  [
    "a condition on nothing that is known",
    [{ step: "pay", when: "amount < 5" }],
    /"amount" is not known/,
  ],
] as const)("%s is a problem", ([, releases, expected]) => {
  const problems = problemsOf(JSON.parse(JSON.stringify(releases)));
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(expected);
});
