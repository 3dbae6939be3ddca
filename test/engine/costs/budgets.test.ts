import { describe, expect, test } from "vitest";
import type { BudgetWarning } from "../../../src/engine/api/costs.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { WorkflowHarness } from "../../support/workflow-harness.ts";

const MINUTE = 60_000;
/** A call of the harness's model: 200 tokens in, 20 out, at the price of gpt-4o. */
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
  const harness = await WorkflowHarness.open(ask(limits), {
    answers: Array.from({ length: 20 }, () => "true"),
  });
  const warnings: BudgetWarning[] = [];
  harness.engine.costs.onBudgetWarning(async (warning) => warnings.push(warning) > 0);
  return { harness, warnings };
}

/** Starts a run after what was read before is read anew. */
async function next(harness: WorkflowHarness) {
  await harness.clock.advance(6000);
  return harness.start("ask", {});
}

describe("a monthly budget", () => {
  test.for([
    ["workflow", "ask"],
    ["person", "U0ALICE"],
    ["all", ""],
  ] as const)(
    "of %s keeps models from being asked when it is used up",
    async ([scope, subject]) => {
      const { harness } = await open();
      await using _ = harness;
      await harness.engine.costs.setBudget(scope, subject, PRICE, "U0ADMIN");
      expect((await next(harness)).status).toBe("completed");

      const second = await next(harness);

      expect(second).toMatchObject({ status: "waiting", waitingOn: [{ for: "budget" }] });
      expect(second.errors.at(-1)?.message).toMatch(
        /This month's budget of .* is used up: \$0\.0007/,
      );
      expect(harness.questions).toHaveLength(1);
    },
  );

  test("of somebody else does not concern a run", async () => {
    const { harness } = await open();
    await using _ = harness;
    await harness.engine.costs.setBudget("person", "U0BOB", 0, "U0ADMIN");

    expect((await next(harness)).status).toBe("completed");
  });

  test("that is raised lets a waiting run go on, however often it has looked", async () => {
    const { harness } = await open({ monthlyBudgetUsd: 0 });
    await using _ = harness;
    const { executionId } = await next(harness);
    for (let look = 0; look < 5; look += 1) await harness.clock.advance(15 * MINUTE);
    expect(await harness.engine.executions.get(executionId)).toMatchObject({
      status: "waiting",
      errors: [{ code: "budget_exhausted" }],
    });

    await harness.engine.costs.setBudget("workflow", "ask", 5, "U0ADMIN");
    await harness.clock.advance(15 * MINUTE);

    expect(await harness.engine.executions.get(executionId)).toMatchObject({ status: "completed" });
  });

  test("begins anew with the month", async () => {
    const { harness } = await open({ monthlyBudgetUsd: PRICE });
    await using _ = harness;
    await next(harness);
    const { executionId, status } = await next(harness);
    expect(status).toBe("waiting");

    harness.clock.lag(8 * 24 * 60 * MINUTE);
    await harness.clock.advance(15 * MINUTE);

    expect(await harness.engine.executions.get(executionId)).toMatchObject({ status: "completed" });
  });

  test("warns once when four fifths are used", async () => {
    const { harness, warnings } = await open({ monthlyBudgetUsd: 5.5 * PRICE });
    await using _ = harness;
    const steps = [{ id: "note", type: "transform", config: { expression: "1" } }];
    const trigger = { type: "event", eventName: "budget.warning" };
    const tell = { id: "tell", name: "Tell", trigger, steps };
    await harness.engine.workflows.deploy(tell, { by: "test" });
    for (let run = 0; run < 4; run += 1) await next(harness);
    expect(warnings).toEqual([]);

    await next(harness);
    await next(harness);
    await next(harness);

    expect(warnings).toHaveLength(1);
    const { executions } = await harness.engine.executions.list({ workflowId: "tell" });
    const [told, more] = executions.map(({ executionId }) => executionId);
    expect(more).toBeUndefined();
    expect((await harness.engine.executions.get(told ?? "")).variables).toMatchObject({
      ...{ event: "budget.warning", scope: "workflow", subject: "ask", spentUsd: 5 * PRICE },
      text: warnings[0]?.text,
    });
    expect(warnings[0]?.text).toBe(
      '90 % of this month\'s budget of the workflow "ask" is used: $0.0035 of $0.0039. When all of it is used, runs wait before their AI steps.',
    );
  });

  test("of a definition is replaced by an admin's, and holds again when that is taken away", async () => {
    const { harness } = await open({ monthlyBudgetUsd: 1 });
    await using _ = harness;
    await harness.engine.costs.setBudget("workflow", "ask", 2, "U0ADMIN");
    expect(await harness.engine.costs.listBudgets()).toMatchObject([
      { monthlyNano: 2e9, setBy: "U0ADMIN", spentNano: 0 },
    ]);

    await harness.engine.costs.setBudget("workflow", "ask", null, "U0ADMIN");

    expect(await harness.engine.costs.listBudgets()).toMatchObject([
      { monthlyNano: 1e9, setBy: "definition" },
    ]);
  });

  test("holds for the writing of drafts, too", async () => {
    const { harness } = await open();
    await using _ = harness;
    await harness.engine.costs.setBudget("all", "", 0, "U0ADMIN");

    await expect(harness.engine.drafts.generate("a workflow")).rejects.toMatchObject({
      code: "budget_exhausted",
    });
  });
});
