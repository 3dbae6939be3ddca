import { describe, expect, test } from "vitest";
import { APPROVALS, askWorkflow } from "../../support/ask-workflow.ts";
import { contentOf, TestBot, tsOf } from "../../support/bot.ts";
import { everythingShown } from "../../support/everything-shown.ts";

function start(): Promise<TestBot> {
  return TestBot.start({ definitions: [askWorkflow()] });
}

describe("a card", () => {
  test.for([
    ["is limited", { retry_after: 1 }],
    ["fails", { status: 500 }],
    ["reports trouble", { error: "internal_error" }],
  ] as const)("comes all the same when posting %s", async ([, fault]) => {
    await using bot = await start();
    await bot.act("faults", { target: "slack", method: "chat.postMessage", times: 2, ...fault });
    await bot.slash("U0ALICE", "run ask");
    await bot.message("C0GENERAL", /Waits at/);
    await bot.message(APPROVALS, /Approval needed/);
    expect(await bot.messages("C0GENERAL")).toHaveLength(1);
  });

  test("is found by its metadata and not posted twice when Slack's answer was lost", async () => {
    await using bot = await start();
    await bot.act("faults", {
      target: "slack",
      method: "chat.postMessage",
      status: 500,
      applied: true,
      times: 2,
    });
    await bot.slash("U0ALICE", "run ask");
    const card = await bot.message(APPROVALS, /Approval needed/);
    await bot.message("C0GENERAL", /Waits at/);
    await bot.click("U0BOB", APPROVALS, card, "decide_approve");
    await everythingShown(bot);
    expect(await bot.messages("C0GENERAL")).toHaveLength(1);
    expect(await bot.messages(APPROVALS)).toHaveLength(1);
    expect(contentOf((await bot.messages(APPROVALS))[0] ?? {})).toMatch(/\*Approved\* by <@U0BOB>/);
  });

  test("whose answer was lost in the process's last moment is taken up by the next process", async () => {
    await using bot = await start();
    await bot.act("faults", {
      target: "slack",
      method: "chat.postMessage",
      status: 500,
      applied: true,
      times: 1,
    });
    await bot.act("faults", {
      target: "slack",
      method: "conversations.history",
      status: 503,
      times: 1,
    });
    await bot.slash("U0ALICE", "run ask");
    await bot.message("C0GENERAL", /Ask/);
    await bot.until(async () =>
      (await bot.calls("conversations.history")).length > 0 ? true : undefined,
    );
    await bot.stopBot();
    await bot.startBot();
    const card = await bot.message(APPROVALS, /Approval needed/);
    await bot.click("U0BOB", APPROVALS, card, "decide_approve");
    await everythingShown(bot);
    expect(await bot.messages("C0GENERAL")).toHaveLength(1);
  });

  test("of a run that went on while the bot was away is brought up to date at the next start", async () => {
    await using bot = await start();
    await bot.slash("U0ALICE", "run ask");
    const card = await bot.message(APPROVALS, /Approval needed/);
    await bot.message("C0GENERAL", /Waits at/);
    const { executions } = await bot.engine.executions.list({});
    const run = executions[0]?.executionId ?? "";
    await bot.act("faults", { target: "slack", method: "chat.update", status: 503, times: 1 });
    await bot.stopBot();
    await bot.store.signals.insert({
      id: "cancel",
      executionId: run,
      kind: "cancel",
      payload: { by: "U0ALICE" },
      at: Date.now(),
    });
    await bot.startBot();
    expect((await bot.message(APPROVALS, /withdrawn/))["ts"]).toBe(card["ts"]);
    await bot.message("C0GENERAL", /Cancelled by <@U0ALICE>/);
    await everythingShown(bot);
    expect(await bot.messages(APPROVALS)).toHaveLength(1);
  });

  test("goes to the starter with the reason when the bot cannot post in the channel", async () => {
    await using bot = await start();
    await bot.act("faults", {
      target: "slack",
      method: "chat.postMessage",
      error: "not_in_channel",
      times: 1,
    });
    await bot.slash("U0ALICE", "run ask");
    const card = await bot.message("D0ALICE", /I cannot post in <#C0GENERAL>/);
    expect(contentOf(card)).toContain("Ask");
    await bot.message(APPROVALS, /Approval needed/);
    expect(await bot.messages("C0GENERAL")).toEqual([]);
  });

  test("of an approval goes to the run's thread when its channel does not exist", async () => {
    await using bot = await TestBot.start({ definitions: [askWorkflow({ channel: "#nowhere" })] });
    await bot.slash("U0ALICE", "run ask");
    const run = await bot.message("C0GENERAL", /Waits at/);
    const card = await bot.message("C0GENERAL", /I cannot post in #nowhere/, tsOf(run));
    await bot.click("U0BOB", "C0GENERAL", card, "decide_approve");
    await bot.message("C0GENERAL", /\*Approved\* by <@U0BOB>/, tsOf(run));
    await everythingShown(bot);
  });

  test("of an approval that goes to the run's own channel stands in its thread", async () => {
    await using bot = await start();
    await bot.slash("U0ALICE", "run ask", APPROVALS);
    const run = await bot.message(APPROVALS, /Waits at/);
    await bot.message(APPROVALS, /Approval needed/, tsOf(run));
    expect(await bot.messages(APPROVALS)).toHaveLength(1);
  });

  test("that somebody deleted holds up nothing", async () => {
    await using bot = await start();
    await bot.slash("U0ALICE", "run ask");
    const card = await bot.message(APPROVALS, /Approval needed/);
    await bot.act("faults", {
      target: "slack",
      method: "chat.update",
      error: "message_not_found",
      times: 1,
    });
    await bot.click("U0BOB", APPROVALS, card, "decide_approve");
    await everythingShown(bot);
  });
});

test("many runs at once stay within what Slack allows", async () => {
  await using bot = await TestBot.start({ definitions: [askWorkflow()], realistic: true });
  const channels = ["C0GENERAL", "C0ONCALL", "D0ALICE"];
  for (const channel of channels) await bot.slash("U0ALICE", "run ask", channel);
  for (const channel of channels) await bot.message(channel, /Waits at/);
  const calls = [...(await bot.calls("chat.postMessage")), ...(await bot.calls("chat.update"))];
  expect(JSON.stringify(calls)).not.toContain("ratelimited");
});
