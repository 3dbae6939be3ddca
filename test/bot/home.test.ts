import { describe, expect, test } from "vitest";
import { isJsonObject, toObjects } from "../../simulator/json.ts";
import { APPROVALS, askWorkflow, EXPLAINED } from "../support/ask-workflow.ts";
import { TestBot, type TestBotOptions } from "../support/bot.ts";
import { dialog, submit } from "../support/dialogs.ts";
import { buttonsOf, Home } from "../support/home.ts";

describe("a Home that Slack does not take", () => {
  test.for([
    ["for the moment", { retry_after: 1 }],
    ["because of trouble of its own", { status: 500 }],
    ["although it was published, for all the bot knows", { connection: "drop", applied: true }],
  ] as const)("%s is published again", async ([, fault]) => {
    await using bot = await start();
    await bot.act("faults", { target: "slack", method: "views.publish", ...fault });

    await bot.act("home-open", { user: "U0BOB", tab: "home" });

    await bot.until(async () =>
      (await bot.calls("views.publish")).some(({ ok }) => ok === true) ? true : undefined,
    );
  });
});

async function start(config = {}, options: Partial<TestBotOptions> = {}) {
  return TestBot.start({ definitions: [askWorkflow(config)], ...options });
}

describe("App Home", () => {
  test("shows costs, what waits and one's own runs to somebody who is new", async () => {
    await using bot = await start();
    const home = await new Home(bot, "U0ALICE").open(/As of/);

    expect(home).toContain("Nothing waits for you.");
    expect(home).toContain("You have started none yet.");
    expect(home).toMatch(/Today \(UTC\)\*\\n\$0\.0000 · 0 runs/);
    expect(home).toMatch(/7 days\*.*30 days\*.*Nothing has run in the last 30 days/);
  });

  test("offers a decision to those who may make it, and to nobody else", async () => {
    await using bot = await start({ message: "For the <new> desk" });
    await bot.slash("U0CAROL", "run ask");
    await bot.message(APPROVALS, /Approval needed/);

    const bob = await new Home(bot, "U0BOB").open(/Shall we/);
    expect(bob).toMatch(/For the &lt;new&gt; desk.*decide_approve.*decide_reject/);
    // Alice is not of @finance; Carol is, but asked herself.
    expect(await new Home(bot, "U0ALICE").open(/As of/)).toContain("Nothing waits for you.");
    const carol = await new Home(bot, "U0CAROL").open(/As of/);
    expect(carol).toContain("Nothing waits for you.");
    expect(carol).toMatch(
      /\*Ask\* · :hourglass_flowing_sand: Waiting · run .* · started .* · \$0\.0000\\nWaits at \*approve\* for an approval since .* Ask <!subteam\^S0FINANCE>/,
    );
  });

  test("takes a decision by its button, and shows what came of it", async () => {
    await using bot = await start();
    await bot.slash("U0ALICE", "run ask");
    await bot.message(APPROVALS, /Approval needed/);
    const home = new Home(bot, "U0BOB");
    await home.open(/Shall we/);

    expect(await home.click("decide_approve")).toMatchObject({ acked: true });

    const after = await home.shows(/Your decision counts/);
    expect(after).toContain("Nothing waits for you.");
    expect(after).not.toContain("decide_approve");
    await bot.message(APPROVALS, /\*Approved\* by <@U0BOB>/);
    await bot.message("C0GENERAL", /Completed/);
    // Opened again, the notice is gone.
    await bot.act("home-open", { user: "U0BOB", tab: "home" });
    await bot.until(async () =>
      JSON.stringify(await home.view()).includes("decision counts") ? undefined : true,
    );
  });

  test("takes a decision with a comment by its dialog, and shows what came of it", async () => {
    await using bot = await start({ choices: EXPLAINED });
    await bot.slash("U0ALICE", "run ask");
    await bot.message(APPROVALS, /Approval needed/);
    const home = new Home(bot, "U0BOB");
    await home.open(/Shall we/);

    await home.click("decide_reject");
    const view = await dialog(bot, "U0BOB", /"comment"/);
    await submit(bot, "U0BOB", view, { comment: "Not now" });

    expect(await home.shows(/Your decision counts/)).toContain("Nothing waits for you.");
    await bot.message(APPROVALS, /\*Reject\*.*Not now/);
  });

  test("begins and ends receipts by its button", async () => {
    await using bot = await start();
    const home = new Home(bot, "U0BOB");
    await home.open(/Send me receipts/);
    await home.click("receipts");
    await home.shows(/From now on I write[\s\S]*Stop receipts/);
    await home.click("receipts");
    await home.shows(/no more receipts[\s\S]*Send me receipts/);
  });

  test("tells why a click came too late, and what waits no more is gone", async () => {
    await using bot = await start();
    await bot.slash("U0ALICE", "run ask");
    const card = await bot.message(APPROVALS, /Approval needed/);
    const home = new Home(bot, "U0BOB");
    await home.open(/Shall we/);
    await bot.click("U0CAROL", APPROVALS, card, "decide_reject");
    await bot.message(APPROVALS, /\*Rejected\* by <@U0CAROL>/);

    await home.click("decide_approve");

    expect(await home.shows(/decided already/)).toContain("Nothing waits for you.");
  });

  test("no longer offers a decision of several once one has voted", async () => {
    await using bot = await start({ required: 2 });
    await bot.slash("U0ALICE", "run ask");
    await bot.message(APPROVALS, /Approval needed/);
    const home = new Home(bot, "U0BOB");
    await home.open(/Shall we/);
    await home.click("decide_approve");

    expect(await home.shows(/Your decision counts/)).toContain("Nothing waits for you.");
    expect(await new Home(bot, "U0CAROL").open(/Shall we/)).toContain("decide_approve");
  });

  test("keeps within Slack's limits, and says how many more there are", async () => {
    await using bot = await start({ message: "x".repeat(2900) });
    for (let run = 0; run < 17; run += 1) {
      await bot.engine.executions.start({
        workflowId: "ask",
        variables: {},
        variableForm: "json",
        trigger: { type: "api", userId: "U0ALICE" },
      });
    }
    await bot.until(async () =>
      (await bot.engine.approvals.listOpen(50)).length === 17 ? true : undefined,
    );

    const home = new Home(bot, "U0BOB");
    await home.open(/Waiting for your decision \(17\).*1 to 6 of 17/);
    const { blocks } = await home.view();
    expect(toObjects(blocks).length).toBeLessThanOrEqual(100);
    const choices = async () =>
      buttonsOf(await home.view()).filter(
        ({ action_id: id }) => typeof id === "string" && id.startsWith("decide_"),
      );
    expect(await choices()).toHaveLength(12);
    await home.click("turn_decisions_6");
    await home.shows(/7 to 12 of 17/);
    await home.click("turn_decisions_12");
    await home.shows(/13 to 17 of 17/);
    expect(await choices()).toHaveLength(10);
    await home.click("turn_decisions_6");
    await home.shows(/7 to 12 of 17/);
    expect(await new Home(bot, "U0ALICE").open(/As of/)).toMatch(/More: `\/workflow runs`/);
  });

  test("is published over what the person saw, and anew if that was out of date", async () => {
    await using bot = await start();
    const home = new Home(bot, "U0BOB");
    await home.open(/As of/);
    const { hash } = await home.view();
    await bot.slash("U0ALICE", "run ask");
    await bot.message(APPROVALS, /Approval needed/);
    await home.open(/Shall we/);
    await bot.act("faults", {
      target: "slack",
      method: "views.publish",
      error: "hash_conflict",
      times: 1,
    });
    await bot.slash("U0CAROL", "run ask");
    await home.open(/Shall we.*Shall we/);

    const calls = await bot.calls("views.publish");
    expect(calls.map(({ ok }) => ok)).toEqual([true, true, false, true]);
    const hashes = calls.map(({ args }) => (isJsonObject(args) ? args["hash"] : null));
    expect([hashes[0], hashes[1], hashes[3]]).toEqual([undefined, hash, undefined]);
  });

  test("shows everything else when a user group cannot be read, and says so in one line", async () => {
    await using bot = await TestBot.start({
      definitions: [
        askWorkflow(),
        askWorkflow({ approvers: ["U0BOB"], title: "Bob alone?" }, { id: "bob", name: "Bob" }),
      ],
    });
    await bot.act("faults", {
      target: "slack",
      method: "usergroups.users.list",
      error: "plan_upgrade_required",
      times: 1000,
    });
    await bot.slash("U0BOB", "run ask");
    await bot.slash("U0ALICE", "run bob");
    const card = await bot.message(APPROVALS, /Bob alone/);
    await bot.message(APPROVALS, /Shall we/);
    const home = await new Home(bot, "U0BOB").open(/As of/);
    expect(home).toMatch(/Bob alone\?.*may be missing here.*name people by their ids/);
    expect(home).toMatch(/Your runs.*Ask.*Costs of your runs.*Today/);
    expect(await new Home(bot, "U0CAROL").open(/As of/)).toMatch(
      /Nothing waits for you as far as it could be read\..*may be missing here/,
    );
    await bot.click("U0CAROL", APPROVALS, card, "decide_approve");
    const answer = await bot.until(async () => (await bot.privates("U0CAROL", APPROVALS))[0]);
    expect(answer).toContain("not among those who decide");
    const open = await bot.message(APPROVALS, /Shall we/);
    await bot.click("U0CAROL", APPROVALS, open, "decide_approve");
    await bot.until(async () =>
      /plan_upgrade_required.*name people by their ids/.test(
        (await bot.privates("U0CAROL", APPROVALS)).join(),
      )
        ? true
        : undefined,
    );
  });

  test("is shown although more groups have open requests than Slack lets us read in a minute", async () => {
    const groups = Array.from({ length: 30 }, (_, number) => `S0GROUP${number}`);
    const definitions = groups.map((group, number) =>
      askWorkflow({ approvers: [group] }, { id: `ask-${number}`, name: `Ask ${number}` }),
    );
    await using bot = await TestBot.start({ definitions });
    await bot.act("faults", {
      target: "slack",
      method: "usergroups.users.list",
      retry_after: 30,
      times: 1000,
    });
    for (let number = 0; number < 25; number++) await bot.slash("U0ALICE", `run ask-${number}`);
    const home = await new Home(bot, "U0ALICE").open(/As of/);
    expect(home).toMatch(/Your runs.*Ask 2\d.*Today/);
  });

  test("says so when Slack does not say who a person is", async () => {
    await using bot = await start();
    await bot.act("faults", {
      target: "slack",
      method: "users.info",
      error: "internal_error",
      times: 1000,
    });
    await new Home(bot, "U0ALICE").open(/Slack did not answer properly/);
  });

  test("shows what it knows when what waits takes long to be read", async () => {
    await using bot = await start();
    await bot.act("faults", {
      target: "slack",
      method: "usergroups.users.list",
      delay_ms: 4000,
      times: 1000,
    });
    await bot.slash("U0CAROL", "run ask");
    await bot.message(APPROVALS, /Shall we/);
    const home = await new Home(bot, "U0BOB").open(/As of/);
    expect(home).toMatch(/still being read.*Today/);
    await new Home(bot, "U0BOB").shows(/Shall we/);
  });

  test("explains itself to guests, and shows them nothing", async () => {
    await using bot = await start();
    await bot.slash("U0ALICE", "run ask");
    await bot.message(APPROVALS, /Approval needed/);

    const home = await new Home(bot, "U0DAVE").open(/Guests/);
    expect(home).not.toMatch(/Shall we|\$0/);
  });
});
