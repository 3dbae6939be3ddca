import fc from "fast-check";
import { expect, test } from "vitest";
import { compileExpression } from "../../src/engine/language/expression.ts";
import { resolveTemplates } from "../../src/engine/language/template.ts";
import { isAppError } from "../../src/shared/errors.ts";
import type { Json, JsonObject } from "../../src/shared/json.ts";
import { plainScope } from "../engine/language/plain-scope.ts";
import { oddExpression, oddTemplate } from "../support/fuzz/expressions.ts";
import { assertForPeople } from "../support/fuzz/for-people.ts";
import { FUZZ_TIMEOUT_MS, fuzz } from "../support/fuzz/fuzz.ts";
import { oddJson } from "../support/fuzz/odd-values.ts";

const variables = fc.record({ v: oddJson, w: oddJson });

function scopeOf(variables: JsonObject) {
  return plainScope({
    variables: { ...variables, tags: ["a", "b", "a"], lines: [{ price: 0.1 }, { price: 2 }] },
    stepResults: { a: { output: 4 } },
    execution: { id: "exec_1", startedAt: "2026-03-27T21:30:00Z" },
    trigger: { type: "slash" },
  });
}

/** The result as JSON, or what people are shown of the error; throws what is neither. */
function outcomeOf(evaluate: () => Json): string {
  try {
    const text = JSON.stringify(evaluate());
    // A result is JSON, and nothing that only looks like it.
    expect(JSON.stringify(JSON.parse(text))).toBe(text);
    return text;
  } catch (error) {
    if (!isAppError(error)) throw error;
    if (error.code === "internal") throw new Error("This is our fault.", { cause: error });
    expect(error.message.length).toBeLessThan(2000);
    assertForPeople(error.message);
    return `${error.code}: ${error.message}`;
  }
}

test(
  "every expression gives JSON or an error for people, and the same each time",
  { timeout: FUZZ_TIMEOUT_MS },
  () =>
    fuzz(
      "expressions",
      fc.tuple(oddExpression, variables),
      ([source, given]) => {
        const before = JSON.stringify(given);
        const evaluate = () => compileExpression(source).evaluate(scopeOf(given));
        expect(outcomeOf(evaluate)).toBe(outcomeOf(evaluate));
        expect(JSON.stringify(given)).toBe(before);
      },
      { share: 0.7 },
    ),
);

test(
  "every template gives JSON or an error for people, and the same each time",
  { timeout: FUZZ_TIMEOUT_MS },
  () =>
    fuzz(
      "expressions (templates)",
      fc.tuple(
        fc.oneof(oddTemplate, fc.array(oddTemplate), fc.dictionary(fc.string(), oddTemplate)),
        variables,
      ),
      ([template, given]) => {
        const evaluate = () => resolveTemplates(template, scopeOf(given));
        expect(outcomeOf(evaluate)).toBe(outcomeOf(evaluate));
      },
      { share: 0.3 },
    ),
);
