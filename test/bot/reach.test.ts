import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/shared/json.ts";
import { APPROVALS, askWorkflow } from "../support/ask-workflow.ts";
import { contentOf, TestBot, type TestBotOptions, tsOf } from "../support/bot.ts";

/** Alice and Bob are in this private channel, and so is the bot. */
const LEADS = "C0LEADS";

function start(config: JsonObject, options: Partial<TestBotOptions> = {}): Promise<TestBot> {
  return TestBot.start({ definitions: [askWorkflow(config)], ...options });
}

async function startByApi(bot: TestBot): Promise<string> {
  const { executionId } = await bot.engine.executions.start({
    workflowId: "ask",
    variables: {},
    variableForm: "json",
    trigger: { type: "api" },
  });
  return executionId;
}

/** A workflow whose approval has no channel of its own. */
function askNowhere(config: JsonObject = {}): JsonObject {
  const { channel: _channel, ...approval } = {
    channel: "",
    title: "Shall we?",
    approvers: ["@finance"],
    ...config,
  };
  const workflow = askWorkflow();
  const [, ...rest] = workflow["steps"] as JsonObject[];
  const next = { approve: "done", reject: "done" };
  return {
    ...workflow,
    steps: [{ id: "approve", type: "approval", config: approval, next }, ...rest],
  };
}

describe("an approver who does not see the card", () => {
  test("gets a copy with its buttons, and the card says so", async () => {
    await using bot = await start({ channel: LEADS, approvers: ["U0BOB", "U0CAROL"] });
    await bot.slash("U0ALICE", "run ask");
    const copy = await bot.message("D0CAROL", /Approval needed/);
    expect(contentOf(copy)).toContain(`The same card stands in <#${LEADS}>`);
    await bot.message(LEADS, /Also sent to <@U0CAROL>, who does not see this/);
    expect(await bot.messages("D0BOB")).toEqual([]);

    await bot.click("U0CAROL", "D0CAROL", copy, "decide_approve");

    for (const place of [LEADS, "D0CAROL"]) {
      const decided = await bot.message(place, /\*Approved\* by <@U0CAROL>/);
      expect(contentOf(decided)).not.toContain("decide_approve");
    }
  });

  test("gets a copy when the run was started in a direct message", async () => {
    await using bot = await TestBot.start({ definitions: [askNowhere()] });
    await bot.slash("U0ALICE", "run ask", "D0ALICE");
    for (const place of ["D0BOB", "D0CAROL"]) await bot.message(place, /Approval needed/);
    const run = await bot.message("D0ALICE", /Waits at/);
    await bot.message("D0ALICE", /Also sent to <@U0BOB>, <@U0CAROL>, who do not see/, tsOf(run));
  });

  test("gets one when the run stands nowhere in Slack, and it is brought up to date after a restart", async () => {
    await using bot = await TestBot.start({ definitions: [askNowhere()] });
    await startByApi(bot);
    const copy = await bot.message("D0BOB", /Approval needed/);
    await bot.message("D0CAROL", /Approval needed/);
    await bot.stopBot();
    await bot.startBot();
    await bot.click("U0BOB", "D0BOB", copy, "decide_reject");
    for (const place of ["D0BOB", "D0CAROL"]) {
      await bot.message(place, /\*Rejected\* by <@U0BOB>/);
      expect(await bot.messages(place)).toHaveLength(1);
    }
  });

  test("has the copy taken back with the card when the run is cancelled", async () => {
    await using bot = await start({ channel: LEADS, approvers: ["U0CAROL"] });
    await bot.slash("U0ALICE", "run ask");
    await bot.message("D0CAROL", /Approval needed/);
    await bot.click("U0ALICE", "C0GENERAL", await bot.message("C0GENERAL", /Waits/), "cancel_run");
    const ended = await bot.message("D0CAROL", /:no_entry_sign:/);
    expect(contentOf(ended)).not.toContain("decide_approve");
  });

  test("who cannot be written to is named on the card, and not tried for ever", async () => {
    await using bot = await start({ channel: LEADS, approvers: ["U0BOB", "U0CAROL"] });
    const refused = { target: "slack", method: "conversations.open", error: "user_disabled" };
    await bot.act("faults", { ...refused, times: 100 });
    await bot.slash("U0ALICE", "run ask");
    await bot.message(LEADS, /I could not write to <@U0CAROL>\. [A-Z]/);
    const tried = (await bot.calls("conversations.open")).length;
    await bot.click("U0BOB", LEADS, await bot.message(LEADS, /needed/), "decide_approve");
    await bot.message(LEADS, /\*Approved\* by <@U0BOB>/);
    expect((await bot.calls("conversations.open")).length - tried).toBeLessThan(3);
  });
});

test("of many approvers who do not see the card fifty are written to, and the card says so", async () => {
  const people = Array.from({ length: 53 }, (_, n) => `U0MANY${n}`);
  await using bot = await start({ channel: LEADS, approvers: ["@many"] });
  for (const id of people) await bot.act("person", { person: id, name: id.toLowerCase() });
  await bot.act("usergroup", { usergroup: "S0MANY", handle: "many", users: people });
  await bot.slash("U0ALICE", "run ask");
  await bot.message(LEADS, /3 more cannot see this; I write to 50 at most/);
});

test("who is to be notified besides gets a copy: a channel with buttons, a person who cannot decide without", async () => {
  const notify = ["#general", "U0ALICE", "U0BOB"];
  await using bot = await start({ notify, approvers: ["@finance"] });
  await bot.slash("U0ALICE", "run ask", "C0ONCALL");
  expect(contentOf(await bot.message("C0GENERAL", /Approval needed/))).toContain("decide_approve");
  expect(contentOf(await bot.message("D0BOB", /Approval needed/))).toContain("decide_approve");
  expect(contentOf(await bot.message("D0ALICE", /Approval needed/))).not.toContain("decide_");
  await bot.click("U0BOB", APPROVALS, await bot.message(APPROVALS, /needed/), "decide_approve");
  for (const place of ["C0GENERAL", "D0ALICE", "D0BOB"]) await bot.message(place, /Approved/);
});

describe("a request that nobody can decide", () => {
  test.for([
    [
      "the only approver asked for it",
      { approvers: ["U0ALICE"] },
      /No one can decide this: <@U0ALICE> may not decide/,
    ],
    [
      "the quorum is out of reach",
      { approvers: ["U0ALICE", "U0BOB"], required: 2 },
      /2 people have to agree, but only <@U0BOB> can decide: <@U0ALICE> may not/,
    ],
    [
      "there is no such group",
      { approvers: ["@ghosts"] },
      /No one can decide this: there is no user group @ghosts/,
    ],
    ["a person left", { approvers: ["U0NOBODY"] }, /<@U0NOBODY> is no longer in this workspace/],
    ["a guest was named", { approvers: ["U0DAVE"] }, /<@U0DAVE> is a guest/],
    [
      "an e-mail address was named",
      { approvers: ["bob@example.com"] },
      /bob@example\.com is an e-mail address/,
    ],
    ["a name was named", { approvers: ["Bob <Brown>"] }, /Bob &lt;Brown&gt; is neither/],
  ] as const)(
    "because %s is reported at once, on the card and to who asked",
    async ([, config, reason]) => {
      await using bot = await start({ ...config });
      await bot.slash("U0ALICE", "run ask");
      const card = await bot.message(APPROVALS, reason);
      expect(contentOf(card)).toContain("What helps");
      await bot.message("D0ALICE", reason);
      // A click is refused in the same words.
      await bot.click("U0ALICE", APPROVALS, card, "decide_approve");
      expect(await bot.until(async () => (await bot.privates("U0ALICE", APPROVALS))[0])).toMatch(
        reason,
      );
    },
  );

  test("of a run that nobody started is reported to who deployed it and to the admins", async () => {
    await using bot = await start({ approvers: ["@ghosts"] }, { admins: ["U0CAROL"] });
    const deployed = await bot.engine.workflows.deploy(
      { ...askWorkflow({ approvers: ["@ghosts"], message: "Second version" }), version: 2 },
      { by: "U0ALICE" },
    );
    expect(deployed).toMatchObject({ deployed: true });
    await startByApi(bot);
    for (const place of ["D0ALICE", "D0CAROL"]) await bot.message(place, /no user group @ghosts/);
  });

  test("because its group has emptied since is reported then, and again when it can be", async () => {
    await using bot = await start({}, { recheckMs: 200 });
    await bot.slash("U0ALICE", "run ask");
    const card = await bot.message(APPROVALS, /Approval needed/);
    expect(contentOf(card)).not.toContain("No one can");

    await bot.act("usergroup", { usergroup: "S0FINANCE", users: [] });
    await bot.message(
      APPROVALS,
      /No one can decide this: the user group <!subteam\^S0FINANCE> has no members/,
    );
    await bot.message("D0ALICE", /has no members/);

    await bot.act("usergroup", { usergroup: "S0FINANCE", users: ["U0BOB"] });
    await bot.message("D0ALICE", /It can be decided again/);
    await bot.click("U0BOB", APPROVALS, card, "decide_approve");
    await bot.message(APPROVALS, /\*Approved\* by <@U0BOB>/);
    expect(await bot.messages("D0ALICE")).toHaveLength(1);
  });
});
