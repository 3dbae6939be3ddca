import { expect, test } from "vitest";
import { shortRunId } from "../../src/slack/text.ts";
import { draft } from "../store/records.ts";
import { askWorkflow } from "../support/ask-workflow.ts";
import { contentOf, TestBot, tsOf } from "../support/bot.ts";

const REMOVE = "remove_runs";

/** A workflow whose runs fail at once. */
const FAILING = {
  id: "failing",
  name: "Failing",
  steps: [{ id: "fail", type: "transform", config: { expression: "[1][5]" } }],
};

/** Types a command that asks, clicks the button of the question, and waits for the answer. */
async function confirm(bot: TestBot, text: string, user = "U0ALICE"): Promise<string> {
  await bot.slash(user, text);
  const before = (await bot.privates(user, "C0GENERAL")).length;
  const question = await bot.until(async () =>
    (await bot.messages("C0GENERAL", undefined, user)).findLast((one) =>
      contentOf(one).includes(REMOVE),
    ),
  );
  await bot.click(user, "C0GENERAL", question, REMOVE);
  return bot.until(async () => (await bot.privates(user, "C0GENERAL"))[before]);
}

async function gone(bot: TestBot): Promise<void> {
  await bot.until(async () => {
    const { executions } = await bot.engine.executions.list({ workflowId: "failing" });
    return executions.length === 0 ? true : undefined;
  });
}

test("an admin removes a run after a question; its card stays, and its buttons and commands say what became of it", async () => {
  await using bot = await TestBot.start({ definitions: [FAILING] });
  await bot.slash("U0BOB", "run failing");
  const card = await bot.message("C0GENERAL", /Failing: Failed/);
  const { executions } = await bot.engine.executions.list({});
  const run = shortRunId(executions[0]?.executionId ?? "");

  expect(await bot.slash("U0BOB", `remove ${run}`)).toMatch(/You may not remove runs/);
  expect(await bot.slash("U0ALICE", `remove ${run}`)).toMatch(/Remove 1 run.*cannot be undone/s);
  expect(await confirm(bot, `remove ${run}`)).toMatch(/removed in the background/);
  await gone(bot);

  const removed = /was removed on \d{4}-\d\d-\d\d by <@U0ALICE>/;
  for (const text of [`why ${run}`, `status ${run}`, `retry ${run}`])
    expect(await bot.slash("U0BOB", text)).toMatch(removed);
  const before = (await bot.privates("U0BOB", "C0GENERAL")).length;
  await bot.click("U0BOB", "C0GENERAL", card, "retry_run");
  const answer = await bot.until(async () => (await bot.privates("U0BOB", "C0GENERAL"))[before]);
  expect(answer).toMatch(removed);
  const still = (await bot.messages("C0GENERAL")).find((one) => tsOf(one) === tsOf(card));
  expect(contentOf(still ?? {})).toBe(contentOf(card));
  // The run is gone a moment before its job is over.
  await bot.until(async () => {
    const jobs = await bot.slash("U0ALICE", "remove status");
    return /by <@U0ALICE>: 1 run removed; done/.test(jobs) ? true : undefined;
  });
});

test("runs of a workflow are removed by status and age; those that wait for people stay", async () => {
  await using bot = await TestBot.start({ definitions: [FAILING, askWorkflow()] });
  await bot.slash("U0BOB", "run failing");
  await bot.slash("U0BOB", "run ask");
  await bot.message("C0GENERAL", /Failing: Failed/);
  await bot.message("C0GENERAL", /Ask: Waiting/);

  expect(await bot.slash("U0ALICE", "remove ask")).toMatch(/There are no such runs that are over/);
  expect(await bot.slash("U0ALICE", "remove failing completed")).toMatch(/no such runs/);
  expect(await bot.slash("U0ALICE", "remove failing before=1d")).toMatch(/no such runs/);
  expect(await bot.slash("U0ALICE", "remove failing before=soon")).toMatch(/12h or 90d/);
  expect(await bot.slash("U0ALICE", "remove failing late")).toMatch(
    /completed, failed or cancelled/,
  );
  await confirm(bot, "remove failing failed");
  await gone(bot);

  const { executions } = await bot.engine.executions.list({});
  expect(executions).toMatchObject([{ workflowId: "ask", status: "waiting" }]);
});

test("what is stored about a person is counted and removed, their drafts included", async () => {
  await using bot = await TestBot.start({ definitions: [FAILING] });
  await bot.slash("U0BOB", "run failing");
  await bot.message("C0GENERAL", /Failing: Failed/);
  await bot.store.drafts.insert(draft("d1", { ownerId: "U0BOB" }));

  expect(await bot.slash("U0ALICE", "remove person bob")).toMatch(/names no person/);
  expect(await bot.slash("U0ALICE", "remove person <@U0BOB>")).toMatch(
    /Remove 1 run and 1 draft of <@U0BOB>/,
  );
  await confirm(bot, "remove person <@U0BOB>");
  await gone(bot);
  await bot.until(async () => ((await bot.store.drafts.get("d1")) === null ? true : undefined));
});

test("show says how long runs are kept", async () => {
  await using bot = await TestBot.start({
    definitions: [{ ...FAILING, retention: "90d" }, askWorkflow()],
  });

  expect(await bot.slash("U0BOB", "show failing")).toMatch(/removed 90 d after their end/);
  expect(await bot.slash("U0BOB", "show ask")).toMatch(/Runs are kept for good/);
});
