import { expect, test } from "vitest";
import { APPROVALS, askWorkflow } from "../support/ask-workflow.ts";
import { TestBot } from "../support/bot.ts";

test("admins see how long requests waited and what was decided at once, members are told whom to ask", async () => {
  await using bot = await TestBot.start({ definitions: [askWorkflow()] });
  await bot.slash("U0ALICE", "run ask");
  await bot.click(
    "U0BOB",
    APPROVALS,
    await bot.message(APPROVALS, /Approval needed/),
    "decide_approve",
  );
  await bot.message(APPROVALS, /\*Approved\* by <@U0BOB>/);
  await bot.slash("U0ALICE", "run ask");
  await bot.message(APPROVALS, /Approval needed/);

  expect(await bot.slash("U0ALICE", "approvals figures")).toMatch(
    /Approvals of 30 days\*: 1 open, the oldest for .* 1 decided, half of them within .* 1 within three seconds: hardly read · 0 expired[\s\S]*\*ask\*: 1 open/,
  );
  expect(await bot.slash("U0BOB", "approvals figures")).toMatch(/only admins may/);
});
