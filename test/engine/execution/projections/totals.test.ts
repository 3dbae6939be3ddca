import { expect, test } from "vitest";
import { totalsOf } from "../../../../src/engine/execution/projections/totals.ts";
import { HOUR_MS, sumTotals } from "../../../../src/engine/model/totals.ts";
import { ExecutionHarness, NINE, workflow } from "../../../support/execution-harness.ts";

const script = (id: string, rest: object = {}) => ({ id, type: "scripted", ...rest });

test("totals count the run, its end, its steps and their cost, each in the hour it belongs to", () => {
  const run = new ExecutionHarness(
    workflow([
      script("ask", { next: "nap" }),
      { id: "nap", type: "wait", config: { duration: "2h" } },
    ]),
  );
  run.end("ask", { kind: "failed", costNano: 40 }).advance(5000);
  run.end("ask", { kind: "ok", output: 1, costNano: 60 }).advance(2 * HOUR_MS);

  const deltas = totalsOf(run.state.start, run.log, true);

  const whole = deltas.filter(({ dimension }) => dimension === "workflow");
  expect(
    whole.map((delta) => [delta.hour, delta.started, delta.completed, delta.costNano]),
  ).toEqual([
    [NINE, 1, 0, 100],
    [NINE + 2 * HOUR_MS, 0, 1, 0],
  ]);
  expect(sumTotals(whole).durationMs).toBe(2 * HOUR_MS + 5000);
  const ask = deltas.filter(({ dimension, name }) => dimension === "step" && name === "ask");
  expect(sumTotals(ask)).toMatchObject({ started: 1, completed: 1, costNano: 100 });
});

test("a call without a known price counts as unknown, not as free", () => {
  const run = new ExecutionHarness(workflow([script("ask")]));
  run.end("ask", { kind: "ok", output: 1, costNano: 0, costUnknown: true });

  const [whole] = totalsOf(run.state.start, run.log, false);

  expect(whole).toMatchObject({ dimension: "workflow", started: 0, costNano: 0, costUnknown: 1 });
});

test("every dimension counts the same money: version, person, step, model, a person's models and prompt", () => {
  const run = new ExecutionHarness(workflow([script("ask")]));
  const charges = [
    { model: "gpt-4o", calls: 1, costNano: 70, unknown: 0, promptTokens: 9, completionTokens: 1 },
    {
      model: "gpt-4o-mini",
      prompt: "triage@3",
      calls: 2,
      costNano: 30,
      unknown: 1,
      promptTokens: 8,
      completionTokens: 2,
    },
  ];
  run.end("ask", { kind: "ok", costNano: 100, costUnknown: true, charges });

  const deltas = totalsOf(run.state.start, run.log, true);

  const lines = deltas.map(({ dimension, name, costNano, costUnknown, calls }) => [
    `${dimension} ${name}`,
    costNano,
    costUnknown,
    calls,
  ]);
  expect(lines).toEqual([
    ["workflow ", 100, 1, 3],
    ["version 1", 100, 1, 3],
    ["person U0ALICE", 100, 1, 3],
    ["step ask", 100, 1, 3],
    ["model gpt-4o", 70, 0, 1],
    ["person-model U0ALICE gpt-4o", 70, 0, 1],
    ["model gpt-4o-mini", 30, 1, 2],
    ["person-model U0ALICE gpt-4o-mini", 30, 1, 2],
    ["prompt triage@3", 30, 1, 2],
  ]);
});
