import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";
import { compileExpression } from "../../../../src/engine/language/expression.ts";
import { AppError } from "../../../../src/shared/errors.ts";
import type { Json } from "../../../../src/shared/json.ts";
import { plainScope } from "../plain-scope.ts";
import { type ConformanceCase, conformanceCases } from "./cases.ts";
import { OTHERWISE, REFUSED } from "./departures.ts";

const cases = conformanceCases();

type Outcome = { readonly value: Json } | { readonly refusal: string };

function run({ source, variables }: ConformanceCase): Outcome {
  try {
    return { value: compileExpression(source).evaluate(plainScope(variables)) };
  } catch (error) {
    if (error instanceof AppError) return { refusal: error.message };
    throw error;
  }
}

const outcomes = cases.map((each) => ({ each, outcome: run(each) }));

const refused = outcomes.flatMap(({ each, outcome }) =>
  "refusal" in outcome && each.value !== undefined ? [{ each, refusal: outcome.refusal }] : [],
);

const otherwise = outcomes.flatMap(({ each, outcome }) =>
  "value" in outcome && !isDeepStrictEqual(outcome.value, each.value)
    ? [{ each, value: outcome.value }]
    : [],
);

/** https://github.com/google/cel-spec/tree/v0.25.1/tests/simple */
test("the tests of the CEL project end as the specification says, or are refused", () => {
  expect({
    all: cases.length,
    refused: refused.length,
    otherwise: otherwise.length,
  }).toEqual({ all: 1635, refused: 173, otherwise: 15 });
});

test("every result that is not the specification's has a reason in the list, and none is there in vain", () => {
  expect(otherwise.map(({ each }) => each.name).sort()).toEqual(
    OTHERWISE.flatMap(({ tests }) => tests).sort(),
  );
});

test("everything that is refused is so for a reason in the list, and no reason is there in vain", () => {
  const reasons = refused.map(({ each, refusal }) =>
    REFUSED.find(({ is }) => is.test(`${refusal}\n${each.source}`)),
  );

  expect(refused.filter((_, index) => reasons[index] === undefined)).toEqual([]);
  expect(REFUSED.filter((reason) => !reasons.includes(reason))).toEqual([]);
});
