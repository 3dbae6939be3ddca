import { describe, expect, test } from "vitest";
import type { BudgetWarning } from "../../../src/engine/api/costs.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { WorkflowHarness } from "../../support/workflow-harness.ts";

const MINUTE = 60_000;
/** A call of the bench's model: 200 tokens in, 20 out, at the price of gpt-4o. */
const PRICE = 0.0007;

function ask(limits: JsonObject = {}): JsonObject {
  return {
    id: "ask",
    name: "Ask",
    limits: { maxCostUsd: 1, ...limits },
    steps: [
      {
        id: "judge",
        type: "ai-decision",
        config: { model: "gpt-4o", prompt: "Yes or no?", outputFormat: "boolean" },
        next: { true: "end", false: "end" },
      },
    ],
  };
}

async function open(limits: JsonObject = {}) {
  const bench = await WorkflowHarness.open(ask(limits), {
    answers: Array.from({ length: 20 }, () => "true"),
  });
  const warnings: BudgetWarning[] = [];
  bench.engine.costs.onBudgetWarning(async (warning) => warnings.push(warning) > 0);
  return { bench, warnings };
}

/** Starts a run after what was read before is read anew. */
async function next(bench: WorkflowHarness) {
  await bench.clock.advance(6000);
  return bench.start("ask", {});
}

describe("a monthly budget", () => {
  test.for([
    ["workflow", "ask"],
    ["person", "U0ALICE"],
    ["all", ""],
  ] as const)(
    "of %s keeps models from being asked when it is used up",
    async ([scope, subject]) => {
      const { bench } = await open();
      await using _ = bench;
      await bench.engine.costs.setBudget(scope, subject, PRICE, "U0ADMIN");
      expect((await next(bench)).status).toBe("completed");

      const second = await next(bench);

      expect(second).toMatchObject({ status: "waiting", waitingOn: [{ for: "budget" }] });
      expect(second.errors.at(-1)?.message).toMatch(
        /This month's budget of .* is used up: \$0\.0007/,
      );
      expect(bench.questions).toHaveLength(1);
    },
  );

  test("of somebody else does not concern a run", async () => {
    const { bench } = await open();
    await using _ = bench;
    await bench.engine.costs.setBudget("person", "U0BOB", 0, "U0ADMIN");

    expect((await next(bench)).status).toBe("completed");
  });

  test("that is raised lets a waiting run go on, however often it has looked", async () => {
    const { bench } = await open({ monthlyBudgetUsd: 0 });
    await using _ = bench;
    const { executionId } = await next(bench);
    for (let look = 0; look < 5; look += 1) await bench.clock.advance(15 * MINUTE);
    expect(await bench.engine.executions.get(executionId)).toMatchObject({
      status: "waiting",
      errors: [{ code: "budget_exhausted" }],
    });

    await bench.engine.costs.setBudget("workflow", "ask", 5, "U0ADMIN");
    await bench.clock.advance(15 * MINUTE);

    expect(await bench.engine.executions.get(executionId)).toMatchObject({ status: "completed" });
  });

  test("begins anew with the month", async () => {
    const { bench } = await open({ monthlyBudgetUsd: PRICE });
    await using _ = bench;
    await next(bench);
    const { executionId, status } = await next(bench);
    expect(status).toBe("waiting");

    bench.clock.lag(8 * 24 * 60 * MINUTE);
    await bench.clock.advance(15 * MINUTE);

    expect(await bench.engine.executions.get(executionId)).toMatchObject({ status: "completed" });
  });

  test("warns once when four fifths are used", async () => {
    const { bench, warnings } = await open({ monthlyBudgetUsd: 5.5 * PRICE });
    await using _ = bench;
    for (let run = 0; run < 4; run += 1) await next(bench);
    expect(warnings).toEqual([]);

    await next(bench);
    await next(bench);
    await next(bench);

    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.text).toBe(
      '90 % of this month\'s budget of the workflow "ask" is used: $0.0035 of $0.0039. When all of it is used, runs wait before their AI steps.',
    );
  });

  test("of a definition is replaced by an admin's, and holds again when that is taken away", async () => {
    const { bench } = await open({ monthlyBudgetUsd: 1 });
    await using _ = bench;
    await bench.engine.costs.setBudget("workflow", "ask", 2, "U0ADMIN");
    expect(await bench.engine.costs.listBudgets()).toMatchObject([
      { monthlyNano: 2e9, setBy: "U0ADMIN", spentNano: 0 },
    ]);

    await bench.engine.costs.setBudget("workflow", "ask", null, "U0ADMIN");

    expect(await bench.engine.costs.listBudgets()).toMatchObject([
      { monthlyNano: 1e9, setBy: "definition" },
    ]);
  });

  test("holds for the writing of drafts, too", async () => {
    const { bench } = await open();
    await using _ = bench;
    await bench.engine.costs.setBudget("all", "", 0, "U0ADMIN");

    await expect(bench.engine.drafts.generate("a workflow")).rejects.toMatchObject({
      code: "budget_exhausted",
    });
  });
});
