import { describe, expect, test } from "vitest";
import { isJsonObject } from "../../simulator/json.ts";
import type { JsonObject } from "../../src/shared/json.ts";
import { APPROVALS, askWorkflow } from "../support/ask-workflow.ts";
import { contentOf, TestBot, tsOf } from "../support/bot.ts";

function start(config: JsonObject = {}, recheckMs?: number): Promise<TestBot> {
  const definitions = [askWorkflow(config)];
  return TestBot.start({ definitions, ...(recheckMs !== undefined && { recheckMs }) });
}

/** An admin of the workspace removes a message. */
async function remove(bot: TestBot, channel: string, ts: string): Promise<void> {
  await fetch(`${bot.simulator.apiUrl}chat.delete`, {
    method: "POST",
    headers: { authorization: "Bearer xoxb-simulator", "content-type": "application/json" },
    body: JSON.stringify({ channel, ts }),
  });
}

describe("the card of an open request", () => {
  test("is posted anew when it was deleted, and decided there", async () => {
    await using bot = await start();
    await bot.slash("U0ALICE", "run ask");
    const first = await bot.message(APPROVALS, /Approval needed/);
    await remove(bot, APPROVALS, tsOf(first));
    const second = await bot.until(async () =>
      (await bot.messages(APPROVALS)).find((message) => tsOf(message) !== tsOf(first)),
    );
    await bot.click("U0BOB", APPROVALS, second, "decide_approve");
    await bot.message(APPROVALS, /\*Approved\* by <@U0BOB>/);
    expect(await bot.messages(APPROVALS)).toHaveLength(1);
  });

  test("is posted anew when it can no longer be edited", async () => {
    await using bot = await start({ required: 2 });
    await bot.slash("U0ALICE", "run ask");
    const first = await bot.message(APPROVALS, /Approval needed/);
    await bot.message("C0GENERAL", /Waits at/);
    const refused = { target: "slack", method: "chat.update", error: "cant_update_message" };
    await bot.act("faults", { ...refused, times: 1 });
    await bot.click("U0BOB", APPROVALS, first, "decide_approve");
    const second = await bot.message(APPROVALS, /1 so far/);
    expect(tsOf(second)).not.toBe(tsOf(first));
    // What still stands of the old one is the same question.
    await bot.click("U0CAROL", APPROVALS, first, "decide_approve");
    await bot.message(APPROVALS, /\*Approved\* by <@U0BOB>, <@U0CAROL>/);
  });

  test("goes to the run and to the approvers when its channel is archived", async () => {
    await using bot = await start();
    await bot.slash("U0ALICE", "run ask", "D0ALICE");
    await bot.message(APPROVALS, /Approval needed/);
    const run = await bot.message("D0ALICE", /Waits at/);
    await bot.act("channel", { channel: APPROVALS, is_archived: true });
    await bot.message("D0ALICE", /I cannot post in <#C0APPROVALS>/, tsOf(run));
    const copy = await bot.message("D0BOB", /Approval needed/);
    await bot.message("D0CAROL", /Approval needed/);
    await bot.click("U0BOB", "D0BOB", copy, "decide_approve");
    await bot.message("D0CAROL", /\*Approved\* by <@U0BOB>/);
  });

  test("goes elsewhere also when its channel is archived while it is found out who sees it there", async () => {
    await using bot = await start();
    const slow = { target: "slack", method: "conversations.members", delay_ms: 1500, times: 1 };
    await bot.act("faults", slow);
    await bot.slash("U0ALICE", "run ask", "D0ALICE");
    await bot.message(APPROVALS, /Approval needed/);
    await bot.until(async () => {
      const asked = await bot.calls("conversations.info");
      return asked.find(({ args }) => JSON.stringify(args).includes(APPROVALS));
    });
    await bot.act("channel", { channel: APPROVALS, is_archived: true });
    await bot.message("D0BOB", /Approval needed/);
  });

  test("goes to the run when the bot is removed from its private channel", async () => {
    await using bot = await TestBot.start({ definitions: [] });
    const made = await bot.act("channel", {
      name: "board",
      is_private: true,
      members: ["U0BOB", "U0CAROL", "U0BOT"],
    });
    const channel = made["channel"];
    const board = isJsonObject(channel) && typeof channel["id"] === "string" ? channel["id"] : "";
    const definition = askWorkflow({ channel: board });
    await bot.engine.workflows.deploy(definition, { by: "test" });
    await bot.slash("U0ALICE", "run ask", "D0ALICE");
    await bot.message(board, /Approval needed/);
    const run = await bot.message("D0ALICE", /Waits at/);
    await bot.act("channel", { channel: board, remove: ["U0BOT"] });
    const asked = await bot.message("D0ALICE", /I cannot post in/, tsOf(run));
    expect(contentOf(asked)).toContain("it is private and the bot is not in it");
    await bot.message("D0BOB", /Approval needed/);
  });

  test("goes to the run when its channel is frozen, at the first edit that Slack refuses", async () => {
    await using bot = await start({ required: 2 });
    await bot.slash("U0ALICE", "run ask");
    const card = await bot.message(APPROVALS, /Approval needed/);
    const run = await bot.message("C0GENERAL", /Waits at/);
    await bot.act("faults", {
      target: "slack",
      method: "chat.update",
      error: "is_inactive",
      times: 1,
    });
    await bot.click("U0BOB", APPROVALS, card, "decide_approve");
    await bot.message("C0GENERAL", /archived, frozen or deleted/, tsOf(run));
  });

  test("keeps working when its channel gets another name", async () => {
    await using bot = await start({ required: 2 });
    await bot.slash("U0ALICE", "run ask");
    const card = await bot.message(APPROVALS, /Approval needed/);
    await bot.act("channel", { channel: APPROVALS, name: "sign-offs" });
    await bot.click("U0BOB", APPROVALS, card, "decide_approve");
    expect(tsOf(await bot.message(APPROVALS, /1 so far/))).toBe(tsOf(card));
    await bot.stopBot();
    await bot.startBot();
    await bot.click("U0CAROL", APPROVALS, card, "decide_approve");
    const decided = await bot.message(APPROVALS, /\*Approved\* by/);
    expect(tsOf(decided)).toBe(tsOf(card));
    expect(contentOf(decided)).not.toContain("cannot post");
  });

  test("is what an old card leads to when it was asked anew", async () => {
    await using bot = await start();
    await bot.slash("U0ALICE", "run ask");
    const old = await bot.message(APPROVALS, /Approval needed/);
    const changed = { ...askWorkflow({ title: "Shall we really?" }), version: 2 };
    await bot.engine.workflows.deploy(changed, { by: "U0ALICE" });
    const { executions } = await bot.engine.executions.list({});
    const executionId = executions[0]?.executionId ?? "";
    await bot.engine.executions.migrate({ executionId, by: "U0ALICE", version: 2 });
    const fresh = await bot.message(APPROVALS, /needed: Shall we really/);
    await bot.click("U0BOB", APPROVALS, old, "decide_approve");
    const answers = await bot.until(async () => {
      const found = await bot.privates("U0BOB", APPROVALS);
      return found.length >= 2 ? found : undefined;
    });
    expect(answers.join()).toMatch(
      new RegExp(`out of date[\\s\\S]*${tsOf(fresh).replace(".", "")}`),
    );
  });

  test("that was decided stays deleted", async () => {
    await using bot = await start();
    await bot.slash("U0ALICE", "run ask");
    const card = await bot.message(APPROVALS, /Approval needed/);
    await bot.click("U0BOB", APPROVALS, card, "decide_approve");
    await bot.message(APPROVALS, /\*Approved\*/);
    await remove(bot, APPROVALS, tsOf(card));
    await bot.slash("U0ALICE", "status");
    expect(await bot.messages(APPROVALS)).toEqual([]);
  });
});
