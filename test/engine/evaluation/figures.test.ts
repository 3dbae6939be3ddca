import { describe, expect, test } from "vitest";
import type { SampleOutcome } from "../../../src/engine/api/evaluation.ts";
import {
  differenceOf,
  figuresOf,
  pairedInterval,
  wilson,
} from "../../../src/engine/evaluation/figures.ts";
import { call } from "../../store/records.ts";

function outcome(
  expected: string,
  actual: string | null,
  more: Partial<SampleOutcome> = {},
): SampleOutcome {
  return {
    sample: { inputs: {}, expected },
    status: actual === null ? "failed" : "answered",
    actual,
    correct: actual === expected,
    repaired: false,
    calls: [call("c", "eval")],
    costNano: 4200,
    costUnknown: false,
    latencyMs: 100,
    ...more,
  };
}

describe("the figures of an evaluation", () => {
  test("count what was right, repaired, failed and not asked, and what was confused with what", () => {
    const { value: _value, ...refused } = call("c", "eval");
    const figures = figuresOf([
      outcome("a", "a"),
      outcome("a", "b", { repaired: true, calls: [refused, call("c", "eval")], latencyMs: 300 }),
      outcome("b", null, {
        error: { code: "model_output_invalid", message: "" },
        costUnknown: true,
      }),
      outcome("b", null, { status: "skipped", calls: [], costNano: 0 }),
    ]);

    expect(figures).toMatchObject({
      asked: 3,
      skipped: 1,
      correct: 1,
      repaired: 1,
      failed: 1,
      failures: { model_output_invalid: 1 },
      invalidCalls: 1,
      calls: 4,
      costNano: 12_600,
      costUnknown: true,
      latencyMs: { median: 100, p95: 300 },
      confusion: [
        {
          expected: "a",
          answers: [
            { actual: "a", count: 1 },
            { actual: "b", count: 1 },
          ],
        },
        { expected: "b", answers: [{ actual: "no answer", count: 1 }] },
      ],
    });
  });

  test("of nothing are unknown", () => {
    expect(figuresOf([])).toMatchObject({ asked: 0, accuracy: null, latencyMs: null });
  });
});

describe("intervals", () => {
  // Values of the published examples and of an independent calculator.
  test.for([
    [15, 24, 0.4271, 0.7884],
    [0, 10, 0, 0.2775],
    [10, 10, 0.7225, 1],
  ])("%i of %i lie between %f and %f", ([hits, total, from, to]) => {
    const share = wilson(hits ?? 0, total ?? 0);

    expect(share?.from).toBeCloseTo(from ?? 0, 3);
    expect(share?.to).toBeCloseTo(to ?? 0, 3);
  });

  test("of a difference hold 0 unless one arm is right clearly more often", () => {
    expect(pairedInterval(5, 3, 20)).toMatchObject({ value: 0.1 });
    expect((pairedInterval(5, 3, 20)?.from ?? 1) < 0).toBe(true);
    expect((pairedInterval(12, 1, 20)?.from ?? -1) > 0).toBe(true);
    expect(pairedInterval(0, 0, 0)).toBeNull();
  });
});

test("a difference is made from the samples that both were asked", () => {
  const first = [outcome("a", "a"), outcome("a", "a"), outcome("a", "b"), outcome("a", "a")];
  const second = [
    outcome("a", "b", { latencyMs: 50, costNano: 200 }),
    outcome("a", "a", { latencyMs: 50, costNano: 200 }),
    outcome("a", "a", { latencyMs: 50, costNano: 200 }),
    outcome("a", null, { status: "skipped" }),
  ];

  expect(differenceOf(first, second)).toMatchObject({
    both: 3,
    onlyFirst: 1,
    onlySecond: 1,
    accuracy: { value: 0 },
    isClear: false,
    costNano: 12_000,
    medianMs: 50,
  });
});
