import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/shared/json.ts";
import { APPROVALS, askWorkflow } from "../support/ask-workflow.ts";
import { contentOf, TestBot, tsOf } from "../support/bot.ts";

/** `ask`, whose approval is its last step. @param config - changes to the approval. */
function lastStep(config: JsonObject = {}, parts: JsonObject = {}): JsonObject {
  const workflow = askWorkflow(config, parts);
  const [approve] = workflow["steps"] as JsonObject[];
  const routes = { approve: "end", reject: "end", expired: "end" };
  const next = config["timeout"] === undefined ? { approve: "end", reject: "end" } : routes;
  return { ...workflow, steps: [{ ...approve, next }] };
}

/** A run by Alice in #general. @returns the thread of its card. */
async function run(bot: TestBot): Promise<string> {
  await bot.slash("U0ALICE", "run ask");
  return tsOf(await bot.message("C0GENERAL", /Ask/));
}

describe("a run ends in people's words", () => {
  test.for([
    ["decide_approve", /:white_check_mark: \*Approved\* by <@U0BOB>\./],
    ["decide_reject", /:x: \*Rejected\* by <@U0BOB>\./],
  ] as const)("after %s", async ([button, expected]) => {
    await using bot = await TestBot.start({ definitions: [lastStep()] });
    const thread = await run(bot);
    await bot.click("U0BOB", APPROVALS, await bot.message(APPROVALS, /needed/), button);
    const end = contentOf(await bot.message("C0GENERAL", /Receipt/, thread));
    expect(end).toMatch(expected);
    expect(end).not.toMatch(/decidedBy|votes|U0BOB\W*choice/);
  });

  test("with the comment of who said no", async () => {
    await using bot = await TestBot.start({ definitions: [lastStep()] });
    const thread = await run(bot);
    await bot.message(APPROVALS, /needed/);
    const [open] = await bot.engine.approvals.listOpen(1);
    if (open === undefined) throw new Error("Nothing is open.");
    const { id: requestId, round, hash } = open.request.opened;
    const vote = { executionId: open.executionId, requestId, round, hash };
    await bot.engine.approvals.vote({
      ...vote,
      choice: "reject",
      by: "U0BOB",
      comment: "too <expensive>",
    });
    const words = /\*Rejected\* by <@U0BOB>: too &lt;expensive&gt;/;
    await bot.message("C0GENERAL", words, thread);
    await bot.message(APPROVALS, /\*Rejected\* by <@U0BOB> <!date[^>]*>: too &lt;expensive&gt;/);
  });

  test("when steps follow a no", async () => {
    await using bot = await TestBot.start({ definitions: [askWorkflow()] });
    const thread = await run(bot);
    await bot.click("U0BOB", APPROVALS, await bot.message(APPROVALS, /needed/), "decide_reject");
    const end = contentOf(await bot.message("C0GENERAL", /Receipt/, thread));
    expect(end).toMatch(/:x: \*Rejected\* by <@U0BOB>\. The run is over\. Result:/);
    await bot.message("C0GENERAL", /\*Rejected\* by <@U0BOB>\. Result and receipt/);
  });

  test("when nobody decided in time", async () => {
    await using bot = await TestBot.start({ definitions: [lastStep({ timeout: "1s" })] });
    const thread = await run(bot);
    await bot.message(
      "C0GENERAL",
      /:alarm_clock: No decision was made in time on \*Shall we/,
      thread,
    );
    await bot.message(APPROVALS, /:alarm_clock: .*no decision was made in time/);
  });

  test("when the run's own time was over before anybody decided", async () => {
    const limits = { timeout: "1s" };
    await using bot = await TestBot.start({ definitions: [lastStep({}, { limits })] });
    const thread = await run(bot);
    const end = contentOf(await bot.message("C0GENERAL", /Receipt/, thread));
    expect(end).toMatch(/No decision was made in time: \*Shall we/);
    expect(end).not.toContain("corrected by its author");
    await bot.message(APPROVALS, /no decision was made in time, the run passed its time limit/);
  });
});

test("the card of a branch that is not needed any more says so while its run goes on", async () => {
  const asks = (title: string): JsonObject => ({
    steps: [
      {
        id: title.toLowerCase(),
        type: "approval",
        config: { channel: "#approvals", title, approvers: ["@finance"] },
        next: { approve: "end", reject: "end" },
      },
    ],
  });
  const steps = [
    {
      id: "both",
      type: "parallel",
      config: {
        join: "any",
        branches: [
          { id: "a", ...asks("First") },
          { id: "b", ...asks("Second") },
        ],
      },
      next: "later",
    },
    { id: "later", type: "wait", config: { duration: "1h" }, next: "end" },
  ];
  await using bot = await TestBot.start({ definitions: [askWorkflow({}, { steps })] });
  await run(bot);
  await bot.message(APPROVALS, /First/);
  const second = await bot.message(APPROVALS, /needed: Second/);
  await bot.click(
    "U0BOB",
    APPROVALS,
    await bot.message(APPROVALS, /needed: First/),
    "decide_approve",
  );
  const card = await bot.message(APPROVALS, /Second.*no longer needed; the run continued/);
  expect(tsOf(card)).toBe(tsOf(second));
});

test("the card of a cancelled run says who cancelled it", async () => {
  await using bot = await TestBot.start({ definitions: [askWorkflow()] });
  await run(bot);
  await bot.message(APPROVALS, /needed/);
  await bot.click("U0ALICE", "C0GENERAL", await bot.message("C0GENERAL", /Waits/), "cancel_run");
  await bot.message(APPROVALS, /withdrawn, the run was cancelled by <@U0ALICE>/);
});
