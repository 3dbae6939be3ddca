import { describe, expect, test } from "vitest";
import { contentOf, TestBot, tsOf } from "../support/bot.ts";
import { everythingShown } from "../support/everything-shown.ts";

const EXPENSE = {
  id: "expense",
  name: "Expense approval",
  inputs: {
    amount: { type: "number", label: "Amount (USD)", required: true, min: 1 },
    item: { type: "string", required: true },
  },
  steps: [
    {
      id: "approve",
      type: "approval",
      config: {
        channel: "#approvals",
        title: "{{variables.item}} for ${{variables.amount}}",
        approvers: ["@finance"],
      },
      next: { approve: "done", reject: "refused" },
    },
    {
      id: "done",
      type: "transform",
      config: { expression: "{'result': 'approved', 'item': variables.item}" },
      next: "end",
    },
    {
      id: "refused",
      type: "transform",
      config: { expression: "{'result': 'rejected'}" },
      next: "end",
    },
  ],
};

describe.each(["socket", "http"] as const)("the story in %s mode", (mode) => {
  test("goes from a command over an approval to the receipt in the thread", async () => {
    await using bot = await TestBot.start({ definitions: [EXPENSE], mode });
    expect(await bot.slash("U0ALICE", 'run expense amount=640 item="Laptop stand"')).toContain(
      "Started *Expense approval*",
    );
    const run = await bot.message("C0GENERAL", /Waits at \*approve\*/);
    expect(contentOf(run)).toContain("Laptop stand");

    const card = await bot.message("C0APPROVALS", /Approval needed: Laptop stand for \$640/);
    const ack = await bot.click("U0BOB", "C0APPROVALS", card, "decide_approve");
    expect(ack).toMatchObject({ ok: true, acked: true });

    const decided = await bot.message("C0APPROVALS", /\*Approved\* by <@U0BOB>/);
    expect(decided["ts"]).toBe(card["ts"]);
    expect(contentOf(decided)).not.toContain("decide_");
    const threadTs = tsOf(run);
    const end = await bot.message("C0GENERAL", /Receipt/, threadTs);
    expect(contentOf(end)).toMatch(
      /result: approved[\s\S]*Approved by <@U0BOB>[\s\S]*Total: \$0\.0000/,
    );
    const over = await bot.message("C0GENERAL", /Completed/);
    expect(over["ts"]).toBe(run["ts"]);
    expect(contentOf(over)).not.toContain("cancel_run");
    await everythingShown(bot);
    expect(await bot.messages("C0GENERAL", threadTs)).toHaveLength(2);
    expect(await bot.messages("C0APPROVALS")).toHaveLength(1);
  });
});
