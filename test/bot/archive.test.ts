import { expect, test } from "vitest";
import { askWorkflow } from "../support/ask-workflow.ts";
import { contentOf, TestBot } from "../support/bot.ts";
import { dialog, submit } from "../support/dialogs.ts";

const ARCHIVE = "archive_workflow";

/** Asks to archive the workflow `ask`, and clicks the button of the question. */
async function archive(bot: TestBot, user = "U0ALICE"): Promise<string> {
  await bot.slash(user, "archive ask");
  const before = (await bot.privates(user, "C0GENERAL")).length;
  const question = await bot.until(async () =>
    (await bot.messages("C0GENERAL", undefined, user)).findLast((message) =>
      contentOf(message).includes(ARCHIVE),
    ),
  );
  await bot.click(user, "C0GENERAL", question, ARCHIVE);
  return bot.until(async () => (await bot.privates(user, "C0GENERAL"))[before]);
}

test("an admin archives a workflow after a question, and brings it back", async () => {
  await using bot = await TestBot.start({ definitions: [askWorkflow()] });

  expect(await bot.slash("U0BOB", "archive ask")).toMatch(/You may not archive/);
  expect(await bot.slash("U0ALICE", "archive ask")).toMatch(/Archive \*Ask\*\?.*archive_workflow/s);
  expect(await bot.slash("U0BOB", "list")).toMatch(/Ask/);
  expect(await archive(bot)).toMatch(/\*Ask\* is archived/);

  expect(await bot.slash("U0ALICE", "archive ask")).toMatch(/archived already, by <@U0ALICE>/);
  expect(await bot.slash("U0BOB", "list")).toMatch(/There are no workflows/);
  expect(await bot.slash("U0BOB", "list archived")).toMatch(/\*Ask\* \(`ask`\): by <@U0ALICE>/);
  expect(await bot.slash("U0BOB", "run ask")).toMatch(
    // In the time zone of who reads it.
    /was archived by <@U0ALICE> \(<!date\^\d+\^[^>]*>\), so it cannot be started.*unarchive ask/s,
  );
  expect(await bot.slash("U0BOB", "show ask")).toMatch(/Archived by <@U0ALICE>/);
  expect(await bot.slash("U0BOB", "unarchive ask")).toMatch(/You may not unarchive/);
  expect(await bot.slash("U0ALICE", "unarchive ask")).toMatch(/\*Ask\* is back in use/);
  expect(await bot.slash("U0ALICE", "unarchive ask")).toMatch(/was not archived/);
  expect(await bot.slash("U0BOB", "run ask")).not.toMatch(/archived/);
});

test("a form that is open while its workflow is archived says so, and what was typed is kept", async () => {
  const inputs = { amount: { type: "number", required: true } };
  await using bot = await TestBot.start({ definitions: [askWorkflow({}, { inputs })] });
  await bot.act("slash", {
    user: "U0BOB",
    channel: "C0GENERAL",
    command: "/workflow",
    text: "run ask",
  });
  const form = await dialog(bot, "U0BOB", /"callback_id":"run_form"/);
  await archive(bot);

  await submit(bot, "U0BOB", form, { "field:amount": "5" });

  const kept = contentOf(await bot.message("D0BOB", /is kept for a day/));
  expect(kept).toMatch(/Nothing was started.*was archived by <@U0ALICE>/);
  expect(await bot.engine.executions.list({})).toMatchObject({ executions: [] });
});
