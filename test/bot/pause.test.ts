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

test("an admin switches one trigger off and on, and the workflow shows it", async () => {
  const triggers = [
    { type: "slash", id: "typed" },
    { type: "schedule", cron: "0 9 * * *", id: "daily" },
  ];
  await using bot = await TestBot.start({ definitions: [{ ...askWorkflow(), triggers }] });

  expect(await bot.slash("U0BOB", "pause ask trigger=daily")).toMatch(
    /You may not pause the trigger "daily" of "ask": only admins may/,
  );
  expect(await bot.slash("U0ALICE", "pause ask trigger=dayly")).toMatch(
    /no trigger "dayly"\. It has typed, daily\. Did you mean "daily"/,
  );
  expect(await bot.slash("U0ALICE", "pause ask trigger=typed")).toMatch(/cannot be switched off/);
  expect(await bot.slash("U0ALICE", "pause trigger=daily")).toMatch(/pause/);
  expect(await bot.slash("U0ALICE", "show ask")).toMatch(/Next starts by its schedule/);
  expect(await bot.slash("U0ALICE", "pause ask trigger=daily")).toMatch(
    /`daily` of \*ask\* is switched off[\s\S]*resume ask trigger=daily/,
  );
  expect(await bot.slash("U0ALICE", "pause ask trigger=daily")).toMatch(/already, by <@U0ALICE>/);
  const shown = await bot.slash("U0ALICE", "show ask");
  expect(shown).toMatch(/Switched off\*: the trigger `daily`, by <@U0ALICE>/);
  expect(shown).not.toMatch(/Next starts/);

  expect(await bot.slash("U0ALICE", "resume ask trigger=daily")).toMatch(/is switched on/);
  expect(await bot.slash("U0ALICE", "resume ask trigger=daily")).toMatch(/was not switched off/);
  expect(await bot.slash("U0ALICE", "show ask")).toMatch(/Next starts by its schedule/);
});
