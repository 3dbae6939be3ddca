import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { APPROVALS, askWorkflow } from "../support/ask-workflow.ts";
import { TestBot } from "../support/bot.ts";
import { untilAskedAnew } from "../support/until.ts";

describe("the connection to Slack", () => {
  test("stands when one of its sockets breaks, for what somebody clicks meanwhile", async () => {
    await using bot = await TestBot.start({
      definitions: [askWorkflow()],
      sockets: { count: 2, spacingMs: 0 },
    });
    await bot.slash("U0ALICE", "run ask");
    const card = await bot.message(APPROVALS, /Approval needed/);
    await bot.until(async () =>
      bot.simulator.workspace.sockets.connections === 2 ? 2 : undefined,
    );
    await bot.act("disconnect", { count: 1 });
    expect(await bot.click("U0BOB", APPROVALS, card, "decide_approve")).toMatchObject({
      acked: true,
    });
    await bot.message(APPROVALS, /\*Approved\* by <@U0BOB>/);
  });

  test("is tried again while Slack is in trouble", async () => {
    await using bot = await TestBot.start({ definitions: [askWorkflow()] });
    await bot.stopBot();
    await bot.act("faults", { target: "slack", method: "auth.test", status: 503, times: 4 });
    await bot.startBot();
    expect(await bot.slash("U0ALICE", "list")).toContain("Ask");
  });

  test("is refused with the name of the variable when a token is wrong", async () => {
    await using bot = await TestBot.start({ definitions: [] });
    await bot.stopBot();
    await bot.act("faults", {
      target: "slack",
      method: "auth.test",
      error: "invalid_auth",
      times: 1,
    });
    await expect(bot.startBot()).rejects.toThrow(/SLACK_BOT_TOKEN \(invalid_auth\)/);
    await bot.act("faults", {
      target: "slack",
      method: "apps.connections.open",
      error: "invalid_auth",
      times: 1,
    });
    await expect(bot.startBot()).rejects.toThrow(/SLACK_APP_TOKEN \(invalid_auth\)/);
  });

  test("takes over HTTP only what Slack signed", async () => {
    await using bot = await TestBot.start({ definitions: [], mode: "http" });
    const body = JSON.stringify({ type: "url_verification", challenge: "abc" });
    const post = (secret: string, timestamp = Math.floor(Date.now() / 1000)) =>
      fetch(bot.eventsUrl, {
        method: "POST",
        body,
        headers: {
          "content-type": "application/json",
          "x-slack-request-timestamp": String(timestamp),
          "x-slack-signature": `v0=${createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex")}`,
        },
      });
    expect((await post("wrong")).status).toBe(401);
    expect((await post("simulator", Math.floor(Date.now() / 1000) - 600)).status).toBe(401);
    const answer = await post("simulator");
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining("abc")]);
  });
});

test("a decision that cannot be confirmed in two seconds is acknowledged and explained", async () => {
  await using bot = await TestBot.start({ definitions: [askWorkflow()] });
  await bot.slash("U0ALICE", "run ask");
  const card = await bot.message(APPROVALS, /Approval needed/);
  // What the card needs to know of people was read before.
  await bot.until(async () => (await bot.calls("conversations.members"))[0]);
  await untilAskedAnew();
  await bot.act("faults", { target: "slack", method: "users.info", delay_ms: 2600, times: 1 });
  const ack = await bot.click("U0BOB", APPROVALS, card, "decide_approve");
  expect(ack).toMatchObject({ acked: true });
  expect(ack["ackMs"]).toBeLessThan(2600);
  expect(await bot.until(async () => (await bot.privates("U0BOB", APPROVALS))[0])).toMatch(
    /could not be confirmed/,
  );
  await bot.message(APPROVALS, /\*Approved\* by <@U0BOB>/);
});

test.for(["GET", "PUT", "HEAD"])(
  "%s on the address for events is refused, not fatal",
  async (method) => {
    await using bot = await TestBot.start({ definitions: [], mode: "http" });

    const response = await fetch(bot.eventsUrl, { method });

    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("POST");
  },
);
