import { describe, expect, test } from "vitest";
import { APPROVALS, askWorkflow } from "../support/ask-workflow.ts";
import { contentOf, TestBot, tsOf } from "../support/bot.ts";
import { untilAskedAnew } from "../support/until.ts";

async function startAsked(config = {}) {
  const bot = await TestBot.start({ definitions: [askWorkflow(config)] });
  await bot.slash("U0ALICE", "run ask");
  return { bot, card: await bot.message(APPROVALS, /Approval needed/) };
}

describe("a click on an approval", () => {
  test.for([
    [
      "somebody who is no approver",
      "U0ALICE",
      { approvers: ["U0BOB"], allowSelfApproval: true },
      /Only <@U0BOB> can decide/,
    ],
    [
      "the person who asked",
      "U0ALICE",
      { approvers: ["U0ALICE", "U0BOB"] },
      /You asked for this run/,
    ],
    ["a guest", "U0DAVE", { approvers: ["U0DAVE", "U0BOB"] }, /Guests/],
  ] as const)(
    "by %s changes nothing and is answered privately",
    async ([, user, config, expected]) => {
      const { bot, card } = await startAsked(config);
      await using _ = bot;
      const ack = await bot.click(user, APPROVALS, card, "decide_approve");
      expect(ack).toMatchObject({ acked: true });
      const answer = await bot.until(async () => (await bot.privates(user, APPROVALS))[0]);
      expect(answer).toMatch(expected);
      expect(await bot.messages(APPROVALS)).toEqual([card]);
    },
  );

  test("counts once, however often it is made or delivered", async () => {
    const { bot, card } = await startAsked({ required: 2 });
    await using _ = bot;
    await Promise.all([1, 2, 3].map(() => bot.click("U0BOB", APPROVALS, card, "decide_approve")));
    const answers = await bot.until(async () => {
      const privates = await bot.privates("U0BOB", APPROVALS);
      return privates.length >= 2 ? privates : undefined;
    });
    expect(answers).toHaveLength(2);
    const voted = await bot.message(APPROVALS, /1 so far/);
    expect(contentOf(voted).match(/<@U0BOB> chose/g)).toHaveLength(1);
    // The card was edited; a click on what Carol still sees of it counts all the same.
    await bot.click("U0CAROL", APPROVALS, card, "decide_approve");
    await bot.message(APPROVALS, /\*Approved\* by <@U0BOB>, <@U0CAROL>/);
  });

  test("comes too late when somebody else has decided", async () => {
    const { bot, card } = await startAsked();
    await using _ = bot;
    await bot.click("U0CAROL", APPROVALS, card, "decide_reject");
    await bot.message(APPROVALS, /:x:.*\*Rejected\* by <@U0CAROL>/);
    await bot.click("U0BOB", APPROVALS, card, "decide_approve");
    expect(await bot.until(async () => (await bot.privates("U0BOB", APPROVALS))[0])).toMatch(
      /decided already/,
    );
    await bot.message("C0GENERAL", /Completed/);
  });

  test("with a value that no button ever had is answered, not obeyed", async () => {
    const { bot, card } = await startAsked();
    await using _ = bot;
    for (const value of ["", "{}", '{"e":"exec_x","r":"y","n":1,"h":"z","c":"approve"}']) {
      const ack = await bot.act("action", {
        user: "U0BOB",
        channel: APPROVALS,
        ts: card["ts"] ?? "",
        action_id: "decide_approve",
        value,
      });
      expect(ack).toMatchObject({ acked: true });
    }
    await bot.until(async () =>
      (await bot.privates("U0BOB", APPROVALS)).length === 3 ? true : undefined,
    );
    expect(await bot.messages(APPROVALS)).toEqual([card]);
  });
});

test("a run is cancelled by its starter or an admin, from its card, and its approval is withdrawn", async () => {
  await using bot = await TestBot.start({ definitions: [askWorkflow()] });
  await bot.slash("U0BOB", "run ask");
  const card = await bot.message("C0GENERAL", /Waits at/);
  await bot.click("U0CAROL", "C0GENERAL", card, "cancel_run");
  expect(await bot.until(async () => (await bot.privates("U0CAROL", "C0GENERAL"))[0])).toMatch(
    /cannot cancel.*<@U0BOB>/,
  );
  await bot.click("U0ALICE", "C0GENERAL", card, "cancel_run");
  await bot.message(APPROVALS, /withdrawn/);
  await bot.message("C0GENERAL", /Cancelled by <@U0ALICE>/);
  await bot.message("C0GENERAL", /What was done before stays done/, tsOf(card));
});

test("a click that Slack did not let us check is answered with what to do", async () => {
  const { bot, card } = await startAsked();
  await using _ = bot;
  // What the card needs to know of people was read before.
  await bot.until(async () => (await bot.calls("conversations.members"))[0]);
  await untilAskedAnew();
  await bot.act("faults", { target: "slack", method: "users.info", status: 503, times: 9 });
  await bot.click("U0BOB", APPROVALS, card, "decide_approve");
  const answer = await bot.until(async () => (await bot.privates("U0BOB", APPROVALS))[0]);
  expect(answer).toMatch(/Slack[\s\S]*was not recorded: click again/);
  await fetch(`${bot.simulator.url}/sim/faults`, { method: "DELETE" });
  await bot.click("U0BOB", APPROVALS, card, "decide_approve");
  await bot.message(APPROVALS, /\*Approved\* by <@U0BOB>/);
});

test("a click counts by what was read a moment ago while Slack takes no more requests", async () => {
  const { bot, card } = await startAsked();
  await using _ = bot;
  await bot.until(async () => (await bot.calls("conversations.members"))[0]);
  await untilAskedAnew();
  for (const method of ["users.info", "usergroups.users.list"])
    await bot.act("faults", { target: "slack", method, retry_after: 30, times: 9 });
  await bot.click("U0BOB", APPROVALS, card, "decide_approve");
  await bot.message(APPROVALS, /\*Approved\* by <@U0BOB>/);
});
