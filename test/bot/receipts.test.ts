import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/shared/json.ts";
import { APPROVALS, askWorkflow } from "../support/ask-workflow.ts";
import { contentOf, TestBot, type TestBotOptions, tsOf } from "../support/bot.ts";

/** `ask`, after whose approval the run waits for an event. */
function waiting(): JsonObject {
  const workflow = askWorkflow({ message: "The <whole> question" });
  const [approve, done] = workflow["steps"] as JsonObject[];
  const next = { approve: "later", reject: "done" };
  const later = { id: "later", type: "wait", config: { event: "go" }, next: "done" };
  return { ...workflow, steps: [{ ...approve, next }, later, { ...done }] };
}

async function decided(options: Partial<TestBotOptions> = {}) {
  const bot = await TestBot.start({ definitions: [waiting()], ...options });
  await bot.slash("U0BOB", "approvals receipts on");
  await bot.slash("U0ALICE", "run ask");
  await bot.click("U0BOB", APPROVALS, await bot.message(APPROVALS, /needed/), "decide_approve");
  await bot.message("C0GENERAL", /Waits at \*later/);
  return bot;
}

/** Lets the run that waits go on. */
function go(bot: TestBot) {
  return bot.engine.triggers.publish({ name: "go", payload: {} });
}

describe("a receipt", () => {
  test("says what was decided, on what, from where, and follows the run to its end", async () => {
    await using bot = await decided();
    const receipt = await bot.message("D0BOB", /:receipt: You chose \*Approve\* on \*Shall we/);
    expect(contentOf(receipt)).toMatch(/in <#C0APPROVALS>.*The &lt;whole&gt; question.*Waiting/s);
    await go(bot);
    const ended = await bot.message("D0BOB", /Run: :white_check_mark: Completed/);
    expect(tsOf(ended)).toBe(tsOf(receipt));
  });

  test("is sent to those alone who want it, for what they decide from then on", async () => {
    await using bot = await TestBot.start({ definitions: [askWorkflow()] });
    await bot.slash("U0ALICE", "run ask");
    await bot.click("U0BOB", APPROVALS, await bot.message(APPROVALS, /needed/), "decide_approve");
    await bot.message("C0GENERAL", /Completed/);
    expect(await bot.slash("U0BOB", "approvals receipts on")).toMatch(/From now on/);
    await bot.stopBot();
    await bot.startBot();
    await bot.slash("U0ALICE", "run ask");
    await bot.click("U0BOB", APPROVALS, await bot.message(APPROVALS, /needed/), "decide_reject");
    await bot.message("D0BOB", /You chose \*Reject\*/);
    expect(await bot.messages("D0BOB")).toHaveLength(1);
    expect(await bot.slash("U0BOB", "approvals receipts off")).toMatch(/no more/);
    expect(await bot.slash("U0BOB", "approvals receipts perhaps")).toMatch(/receipts on\|off/);
  });
});

describe('"That was not me"', () => {
  test("holds the run and tells the admins; an admin alone lets it go on", async () => {
    await using bot = await decided({ admins: ["U0CAROL"] });
    const receipt = await bot.message("D0BOB", /:receipt:/);

    await bot.click("U0BOB", "D0BOB", receipt, "not_me");

    await bot.message(
      "D0CAROL",
      /<@U0BOB> says that the decision[\s\S]*was not theirs[\s\S]*resume/,
    );
    const run = /run `(\w+)`/.exec(contentOf(receipt))?.[1] ?? "";
    // It is held, whatever comes.
    await go(bot);
    await bot.message("C0GENERAL", /Held before/);
    await bot.message("D0BOB", /The run is paused/);
    expect(await bot.slash("U0BOB", `resume ${run}`)).toMatch(/only admins may/);
    await bot.stopBot();
    await bot.startBot();
    expect(contentOf(await bot.message("C0GENERAL", /Ask/))).toMatch(/Held before/);

    expect(await bot.slash("U0CAROL", `resume ${run}`)).toMatch(/continues/);
    await bot.message("C0GENERAL", /Completed/);
  });

  test("is for the person who is said to have decided", async () => {
    await using bot = await decided();
    const receipt = await bot.message("D0BOB", /:receipt:/);
    const button = /\{\\"e\\":[^}]*\}/.exec(contentOf(receipt))?.[0].replaceAll("\\", "") ?? "";
    const card = await bot.message(APPROVALS, /Approved/);
    await bot.act("action", {
      user: "U0CAROL",
      channel: APPROVALS,
      ts: tsOf(card),
      action_id: "not_me",
      value: button,
    });
    const answer = await bot.until(async () => (await bot.privates("U0CAROL", APPROVALS))[0]);
    expect(answer).toMatch(/No decision on this request is recorded under your name/);
    await go(bot);
    await bot.message("C0GENERAL", /Completed/);
  });
});
