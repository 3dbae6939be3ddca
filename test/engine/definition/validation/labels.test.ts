import { expect, test } from "vitest";
import { validateDefinition } from "../../../../src/engine/definition/validation/validate.ts";
import { realRegistries } from "../../../support/registries.ts";

const registries = realRegistries();

function problemsOf(labels: object): readonly string[] {
  const definition = {
    id: "w",
    name: "W",
    inputs: { customer: { type: "string" }, iban: { type: "string", sensitive: true } },
    labels,
    steps: [{ id: "a", type: "transform", config: { expression: "1" } }],
  };
  const { problems } = validateDefinition(definition, registries);
  return problems.map(({ path, message, fix }) => `${path}: ${message}. ${fix}`);
}

test("labels may hold what is known at the start", () => {
  const labels = { customer: "{{variables.customer}}", by: "{{trigger.type}}", team: "finance" };
  expect(problemsOf(labels)).toEqual([]);
});

test.for<[string, object, RegExp]>([
  [
    "a result",
    { a: "{{stepResults.a.output}}" },
    /^labels\.a: "stepResults" is not known before the first step\. Use what is known at the start/,
  ],
  [
    "a sensitive input",
    { a: "IBAN {{variables.iban}}" },
    /^labels\.a: the input "iban" is sensitive, and all who see the run see its labels\./,
  ],
  ["all variables", { a: "{{variables}}" }, /^labels\.a: the input "iban" is sensitive/],
  ["a secret", { a: "{{secrets.KEY}}" }, /^labels\.a: "secrets" is not known before/],
  ["a broken template", { a: "{{" }, /^labels\.a: .*not closed/],
  ["a name with a sign", { "a=b": "x" }, /^labels/],
  [
    "too many",
    Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`l${n}`, "x"])),
    /^labels: "labels" may have at most 10 labels/,
  ],
])("%s is a problem at deployment", ([, labels, expected]) => {
  expect(problemsOf(labels)).toEqual([expect.stringMatching(expected)]);
});
