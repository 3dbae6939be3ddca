import { expect, test } from "vitest";
import { z } from "zod";
import { type AttemptResult, defineStepType } from "../../src/engine/definition/step-type.ts";
import { TestBot } from "../support/bot.ts";

/** A step whose first attempt is lost on the way. */
const lost = defineStepType({
  kind: "lost",
  summary: "Is lost once.",
  config: z.strictObject({}),
  hasAttempts: true,
  bind: () => ({
    enter: () => ({ kind: "run", params: {} }),
    run: async (_params, { attempt }): Promise<AttemptResult> => {
      if (attempt > 1) return { kind: "ok", output: "paid", costNano: 0 };
      const message = "The line broke after sending.";
      return {
        kind: "failed",
        outcome: "unknown",
        asks: true,
        error: { code: "outcome_unknown", message, retryable: false },
        costNano: 0,
      };
    },
    routes: { kind: "open" },
    timeoutMs: 1000,
    expressions: [],
  }),
});

const definition = {
  id: "payout",
  name: "Payout",
  triggers: [{ type: "slash" }],
  steps: [{ id: "pay", name: "Pay the bill", type: "lost" }],
};

test("the owner is asked whether a step happened, and a click lets the run go on, also after a restart", async () => {
  const stepTypes = new Map([[lost.kind, lost]]);
  await using bot = await TestBot.start({ definitions: [definition], stepTypes });
  await bot.slash("U0ALICE", "run payout");
  const run = await bot.message("C0GENERAL", /Payout/);
  const ts = z.string().parse(run["ts"]);
  const card = await bot.message("C0GENERAL", /The line broke after sending/, ts);
  await bot.message("C0GENERAL", /say whether \*Pay the bill\* had its effect/);
  await bot.stopBot();
  await bot.startBot();

  await bot.click("U0ALICE", "C0GENERAL", card, "decide_again");

  await bot.message("C0GENERAL", /“Pay the bill” is done again/, ts);
  const { executions } = await bot.engine.executions.list({});
  const view = await bot.until(async () => {
    const found = await bot.engine.executions.get(executions[0]?.executionId ?? "");
    return found.status === "completed" ? found : undefined;
  });
  expect(view.output).toBe("paid");
});
