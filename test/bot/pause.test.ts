import { expect, test } from "vitest";
import { askWorkflow } from "../support/ask-workflow.ts";
import { TestBot, tsOf } from "../support/bot.ts";

test("an admin pauses and resumes; cards and lists say what is held and by whom", async () => {
  await using bot = await TestBot.start({ definitions: [askWorkflow()] });

  expect(await bot.slash("U0BOB", "pause ask")).toMatch(/You may not pause .*: only admins may/);
  expect(await bot.slash("U0ALICE", "pause")).toMatch(/pause &lt;id&gt;\|all/);
  expect(await bot.slash("U0ALICE", "pause ask")).toMatch(/\*ask\* is paused[\s\S]*resume ask/);
  expect(await bot.slash("U0ALICE", "pause ask")).toMatch(/already, by <@U0ALICE>/);
  expect(await bot.slash("U0BOB", "list")).toMatch(/Ask\*.*paused/);
  await bot.slash("U0BOB", "run ask");
  const card = await bot.message("C0GENERAL", /Ask: Waiting[\s\S]*paused by <@U0ALICE>/);

  expect(await bot.slash("U0ALICE", "resume all")).toMatch(/Everything was not paused/);
  expect(await bot.slash("U0ALICE", "resume ask")).toMatch(/\*ask\* is resumed/);

  const thread = () => bot.messages("C0GENERAL", tsOf(card));
  await bot.until(async () => ((await thread()).length > 0 ? true : undefined));
  const { executions } = await bot.engine.executions.list({});
  await bot.until(async () => {
    const view = await bot.engine.executions.get(executions[0]?.executionId ?? "");
    return view.waitingOn.some((wait) => wait.for === "approval") ? true : undefined;
  });
});
