import { describe, expect, test } from "vitest";
import { changed, expectOne, problemsOf, type Row, sample } from "../sample.ts";

describe("steps", () => {
  test.for<Row>([
    [
      "an unknown type",
      ["steps", 2, "type"],
      "aproval",
      'steps[2].type: there is no step type "aproval". Known types: approval, parallel, transform, wait, pick, call. Did you mean "approval"?',
    ],
    [
      "an attempt where there is none",
      ["steps", 1, "retryPolicy"],
      {},
      'steps[1].retryPolicy: "retryPolicy" means nothing for a step of type approval. Remove it. Only these are attempted again: pick, call.',
    ],
    [
      "a time-out where there is none",
      ["steps", 1, "timeoutMs"],
      5,
      'steps[1].timeoutMs: "timeoutMs" means nothing',
    ],
    [
      "onUnknown where there is none",
      ["steps", 1, "onUnknown"],
      "look",
      'steps[1].onUnknown: "onUnknown" means nothing',
    ],
    [
      "fallback to nowhere",
      ["steps", 0, "onFailure"],
      "fallback",
      'steps[0].fallbackStep: "fallbackStep" is missing.',
    ],
    [
      "a fallback that is not used",
      ["steps", 0, "fallbackStep"],
      "pay",
      'steps[0].onFailure: "fallbackStep" is given, but failures do not go there.',
    ],
  ])("%s", ([, path, value, text]) => expectOne(path, value, text));

  test("what a type finds has its place", () => {
    const broken = {
      ...sample(),
      output: undefined,
      steps: [{ id: "t", type: "transform", config: { set: { a: "1 +" } } }],
    };
    expect(problemsOf({ ...broken, output: "1" })).toEqual([
      "steps[0].config.set.a: The expression ends too early. Correct the CEL expression.",
    ]);
    const braces = [
      { id: "t", type: "transform", config: { expression: "{{variables.amount}} > 1" } },
    ];
    expect(problemsOf({ ...sample(), output: "1", steps: braces })).toHaveLength(1);
  });

  test("two steps with one id, and reserved ids", () => {
    const source = changed(["steps", 1, "id"], "screen");
    expect(problemsOf(source).join("\n")).toContain(
      'steps[1].id: "screen" is the id of steps[0] too. Give each step an id of its own.',
    );
    for (const id of ["end", "default"]) {
      expect(problemsOf(changed(["steps", 2, "id"], id)).join("\n")).toContain(
        'steps[2].id: "id" is reserved: choose another id.',
      );
    }
  });
});
