import { WebClient } from "@slack/web-api";
import { describe, expect, test } from "vitest";
import { type JsonObject, toText } from "../../simulator/json.ts";
import { APPROVALS, askWorkflow, EXPLAINED } from "../support/ask-workflow.ts";
import { contentOf, TestBot } from "../support/bot.ts";
import {
  decideWith,
  dialog,
  dialogClosed,
  dialogsOf,
  submit,
  valueOf,
} from "../support/dialogs.ts";

const CHOICES = [
  { id: "approve", label: "Approve", style: "primary" },
  { id: "reject", label: "Reject", style: "danger", comment: "required" },
];

type Parts = Parameters<typeof askWorkflow>[0];

async function startAsked(config: Parts = {}, parts: Parts = {}, run = "run ask") {
  const bot = await TestBot.start({
    definitions: [askWorkflow({ choices: EXPLAINED, ...config }, parts)],
  });
  await bot.slash("U0ALICE", run);
  return { bot, card: await bot.message(APPROVALS, /Approval needed/) };
}

async function outputOf(bot: TestBot): Promise<unknown> {
  const { executionId } = await bot.until(async () => {
    const { executions } = await bot.engine.executions.list({ status: "completed" });
    return executions[0];
  });
  const { stepResults } = await bot.engine.executions.get(executionId);
  return stepResults["approve"]?.output;
}

describe("a choice that takes a comment", () => {
  test("opens a dialog; the comment is on the card and in the output", async () => {
    const { bot, card } = await startAsked();
    await using _ = bot;

    await bot.click("U0BOB", APPROVALS, card, "decide_reject");
    const view = await dialog(bot, "U0BOB", /"comment"/);
    expect(await submit(bot, "U0BOB", view, { comment: "Too <expensive>" })).toMatchObject({
      acked: true,
    });

    await dialogClosed(bot, "U0BOB");
    await bot.message(APPROVALS, /\*Reject\*.*: Too &lt;expensive&gt;/);
    expect(await outputOf(bot)).toMatchObject({ decision: "reject", comment: "Too <expensive>" });
  });

  test("can be made without one where it is optional", async () => {
    const { bot, card } = await startAsked();
    await using _ = bot;

    await decideWith(bot, "U0BOB", APPROVALS, card, "reject");

    expect(await outputOf(bot)).toMatchObject({ decision: "reject", comment: null });
  });

  test("says under the field that one is required", async () => {
    const { bot, card } = await startAsked({ choices: CHOICES });
    await using _ = bot;

    const answer = await decideWith(bot, "U0BOB", APPROVALS, card, "reject", { comment: "  " });

    expect(answer).toMatchObject({
      response_action: "errors",
      errors: { comment: '"Reject" needs a comment: say why.' },
    });
    expect(await bot.messages(APPROVALS)).toEqual([card]);
  });

  test("is refused without its dialog: the value of a button is no promise", async () => {
    const { bot, card } = await startAsked({ choices: CHOICES });
    await using _ = bot;
    const { k: _asksForComment, ...rest } = valueOf(card, "decide_reject");

    await bot.act("action", {
      user: "U0BOB",
      channel: APPROVALS,
      ts: card["ts"] ?? "",
      action_id: "decide_reject",
      value: JSON.stringify(rest),
    });

    expect(await bot.until(async () => (await bot.privates("U0BOB", APPROVALS))[0])).toMatch(
      /needs a comment/,
    );
    expect(await bot.messages(APPROVALS)).toEqual([card]);
  });

  test("shows a person who may not decide why, in place of the dialog", async () => {
    const { bot, card } = await startAsked();
    await using _ = bot;

    await bot.click("U0ALICE", APPROVALS, card, "decide_reject");

    await dialog(bot, "U0ALICE", /another person has to decide/);
    expect(await bot.messages(APPROVALS)).toEqual([card]);
  });

  test("decides nothing when another person was faster", async () => {
    const { bot, card } = await startAsked();
    await using _ = bot;
    await bot.click("U0BOB", APPROVALS, card, "decide_reject");
    const view = await dialog(bot, "U0BOB", /"comment"/);
    await bot.click("U0CAROL", APPROVALS, card, "decide_approve");
    await bot.message(APPROVALS, /\*Approved\* by <@U0CAROL>/);

    await submit(bot, "U0BOB", view, { comment: "No" });

    await dialog(bot, "U0BOB", /decided already/);
    expect(await outputOf(bot)).toMatchObject({ decision: "approve", decidedBy: "U0CAROL" });
  });

  test("whose dialog Slack did not open tells what to do, and nothing is decided", async () => {
    const { bot, card } = await startAsked();
    await using _ = bot;
    const expired = { method: "views.open", error: "expired_trigger_id", times: 1 };
    await bot.act("faults", { target: "slack", ...expired });

    await bot.click("U0BOB", APPROVALS, card, "decide_reject");

    expect(await bot.until(async () => (await bot.privates("U0BOB", APPROVALS))[0])).toMatch(
      /nothing was decided. Click the button again/,
    );
    expect(await dialogsOf(bot, "U0BOB")).toEqual([]);
    expect(await bot.messages(APPROVALS)).toEqual([card]);
  });

  test("is shown whole on the card when it is long", async () => {
    const { bot, card } = await startAsked();
    await using _ = bot;
    const comment = `${"Because. ".repeat(300)}The end`;

    await decideWith(bot, "U0BOB", APPROVALS, card, "reject", { comment });

    await bot.message(APPROVALS, /The end/);
    expect(await outputOf(bot)).toMatchObject({ comment });
  });
});

test.for([
  ["another choice", { c: "bribe" }, /One can choose: Approve, Reject/],
  ["the hash of another question", { h: "0000000000000000" }, /card is out of date/],
  ["another round", { n: 7 }, /card is out of date/],
  ["another request", { r: "exec_1/pay#1" }, /no longer known/],
  ["nothing", null, /belongs to no request/],
] as const)("a dialog that carries %s decides nothing", async ([, change, expected]) => {
  const { bot, card } = await startAsked();
  await using _ = bot;
  const value = valueOf(card, "decide_reject");
  const private_metadata = change === null ? "{}" : JSON.stringify({ ...value, ...change });
  await bot.click("U0BOB", APPROVALS, card, "decide_reject");
  const view = await dialog(bot, "U0BOB", /"comment"/);
  const client = new WebClient("xoxb-simulator", { slackApiUrl: bot.simulator.apiUrl });
  await client.views.update({
    view_id: toText(view["id"]) ?? "",
    view: {
      type: "modal",
      callback_id: "decide",
      private_metadata,
      title: { type: "plain_text", text: "Reject" },
      submit: { type: "plain_text", text: "Reject" },
      blocks: [],
    },
  });

  await submit(bot, "U0BOB", view);

  await dialog(bot, "U0BOB", expected);
  expect(await bot.messages(APPROVALS)).toEqual([card]);
});

describe("values that the approver may edit", () => {
  const inputs = {
    amount: { type: "number", required: true },
    item: { type: "string" },
    kind: { type: "select", options: ["new", "used"] },
  };
  const editable = {
    amount: { type: "number", label: "Amount", min: 1, max: 1000, required: true },
    kind: { type: "select", label: "Kind", options: ["new", "used"] },
  };
  const start = (config: Parts = {}) =>
    startAsked({ editable, ...config }, { inputs }, "run ask amount=500 item=Desk kind=new");

  test("stand in the dialog as they are, and are shown before and after", async () => {
    const { bot, card } = await start();
    await using _ = bot;

    await bot.click("U0BOB", APPROVALS, card, "decide_approve");
    const view = await dialog(bot, "U0BOB", /field:amount/);
    expect(JSON.stringify(view)).toContain('"initial_value":"500"');
    await submit(bot, "U0BOB", view, { "field:amount": "450" });

    await bot.message(APPROVALS, /Edited by <@U0BOB>.*Amount\*: 500 → \*450\*/);
    expect(await outputOf(bot)).toMatchObject({ decision: "approve", edits: { amount: 450 } });
    const { executions } = await bot.engine.executions.list({});
    const run = await bot.engine.executions.get(executions[0]?.executionId ?? "");
    expect(run.variables).toMatchObject({ amount: 450, item: "Desk", kind: "new" });
  });

  test("are checked by their type, with what is wrong under the field", async () => {
    const { bot, card } = await start();
    await using _ = bot;
    await bot.click("U0BOB", APPROVALS, card, "decide_approve");
    const view = await dialog(bot, "U0BOB", /field:amount/);

    const answer = await submit(bot, "U0BOB", view, { "field:amount": "2000" });

    expect(answer).toMatchObject({
      response_action: "errors",
      errors: { "field:amount": "2000 is above 1000. Give at most 1000." },
    });
    expect(await bot.messages(APPROVALS)).toEqual([card]);
  });

  test("are seen by the next approver as the first one changed them", async () => {
    const { bot, card } = await start({ required: 2 });
    await using _ = bot;
    await bot.click("U0BOB", APPROVALS, card, "decide_approve");
    const old = await dialog(bot, "U0BOB", /field:amount/);
    await bot.click("U0CAROL", APPROVALS, card, "decide_approve");
    const edited = await dialog(bot, "U0CAROL", /field:amount/);
    await submit(bot, "U0CAROL", edited, { "field:amount": "450" });
    await bot.message(APPROVALS, /500 → \*450\*/);

    // Bob filled in what he saw before.
    await submit(bot, "U0BOB", old);
    const told = await dialog(bot, "U0BOB", /values were changed since you saw them/);
    await bot.act("view-close", { user: "U0BOB", view_id: told["id"] ?? "" });

    await bot.click("U0BOB", APPROVALS, card, "decide_approve");
    const now = await dialog(bot, "U0BOB", /"initial_value":"450"/);
    await submit(bot, "U0BOB", now);
    await bot.message(APPROVALS, /\*Approved\* by <@U0CAROL>, <@U0BOB>/);
    expect(await outputOf(bot)).toMatchObject({ edits: { amount: 450 } });
  });

  test("are not approved by a click that did not show them", async () => {
    const { bot, card } = await start();
    await using _ = bot;
    const { f: _asksForValues, ...rest } = valueOf(card, "decide_approve");

    await bot.act("action", {
      user: "U0BOB",
      channel: APPROVALS,
      ts: card["ts"] ?? "",
      action_id: "decide_approve",
      value: JSON.stringify(rest),
    });

    expect(await bot.until(async () => (await bot.privates("U0BOB", APPROVALS))[0])).toMatch(
      /is given in its dialog, which shows the values/,
    );
    expect(await bot.messages(APPROVALS)).toEqual([card]);
  });
});

test("a field of every type shows its value, and approving what it shows changes nothing", async () => {
  const values = {
    text: "two\nlines",
    amount: 12.5,
    count: 3,
    sure: false,
    day: "2026-12-24",
    kind: "used",
    tags: ["a", "c"],
    person: "U0CAROL",
    channel: "C0GENERAL",
    mail: "a@example.com",
    page: "https://example.com/x?y=1",
    empty: null,
    odd: "not a number",
  };
  const editable = {
    text: { type: "text", required: true },
    amount: { type: "number", description: "In dollars" },
    count: { type: "integer" },
    sure: { type: "boolean", required: true },
    day: { type: "date" },
    kind: { type: "select", options: ["new", "used"] },
    tags: { type: "multi-select", options: ["a", "b", "c"] },
    person: { type: "user" },
    channel: { type: "channel" },
    odd: { type: "number", required: true },
  };
  const rest = { mail: { type: "email" }, page: { type: "url" }, empty: { type: "string" } };
  for (const fields of [editable, rest]) {
    await using bot = await TestBot.start({ definitions: [askWorkflow({ editable: fields })] });
    await bot.engine.executions.start({
      workflowId: "ask",
      variables: Object.fromEntries(
        Object.entries(values).filter(([name]) => Object.hasOwn(fields, name)),
      ),
      variableForm: "json",
      trigger: { type: "slash", userId: "U0ALICE", channel: "C0GENERAL" },
    });
    const card = await bot.message(APPROVALS, /Approval needed/);
    if ("person" in fields) expect(contentOf(card)).toContain("<@U0CAROL>");
    await bot.click("U0BOB", APPROVALS, card, "decide_approve");
    const view = await dialog(bot, "U0BOB", /field:/);

    expect(await submit(bot, "U0BOB", view)).toMatchObject({ acked: true });

    expect(await outputOf(bot)).toMatchObject({ decision: "approve", edits: null });
  }
});

describe("a vote short of the quorum", () => {
  test("is taken back by its button, and given anew", async () => {
    const { bot, card } = await startAsked({ required: 2 });
    await using _ = bot;
    await bot.click("U0BOB", APPROVALS, card, "decide_approve");
    const voted = await bot.message(APPROVALS, /Take back my vote/);

    await bot.click("U0BOB", APPROVALS, voted, "withdraw_vote");
    const freed = await bot.message(APPROVALS, /<@U0BOB> took \*Approve\* back/);
    expect(contentOf(freed)).toMatch(/0 so far/);

    await bot.click("U0BOB", APPROVALS, freed, "decide_approve");
    await bot.message(APPROVALS, /1 so far/);
    await bot.click("U0CAROL", APPROVALS, freed, "decide_approve");
    await bot.message(APPROVALS, /\*Approved\* by <@U0BOB>, <@U0CAROL>/);
  });

  test("is taken back by nobody else", async () => {
    const { bot, card } = await startAsked({ required: 2 });
    await using _ = bot;
    await bot.click("U0BOB", APPROVALS, card, "decide_approve");
    const voted = await bot.message(APPROVALS, /Take back my vote/);

    await bot.click("U0CAROL", APPROVALS, voted, "withdraw_vote");

    expect(await bot.until(async () => (await bot.privates("U0CAROL", APPROVALS))[0])).toMatch(
      /You have no vote here/,
    );
    await bot.message(APPROVALS, /1 so far/);
  });
});

describe("a request that is handed over", () => {
  const approvers = ["U0BOB"];

  async function handOver(bot: TestBot, by: string, card: JsonObject, to: string) {
    await bot.click(by, APPROVALS, card, "delegate");
    const view = await dialog(bot, by, /Who decides instead of you/);
    return submit(bot, by, view, { person: to });
  }

  test("is decided by the other person, and the card says who handed it to whom", async () => {
    const { bot, card } = await startAsked({ approvers });
    await using _ = bot;

    await handOver(bot, "U0BOB", card, "U0CAROL");
    await dialogClosed(bot, "U0BOB");
    const handed = await bot.message(APPROVALS, /<@U0BOB> handed it to <@U0CAROL>/);

    await bot.click("U0BOB", APPROVALS, handed, "decide_approve");
    expect(await bot.until(async () => (await bot.privates("U0BOB", APPROVALS))[0])).toMatch(
      /You handed this decision to another person/,
    );
    await bot.click("U0CAROL", APPROVALS, handed, "decide_approve");
    await bot.message(APPROVALS, /\*Approved\* by <@U0CAROL>/);
  });

  test.for([
    ["the person who asked for the run", "U0ALICE", /may not decide about this run/],
    ["a guest", "U0DAVE", /cannot decide: choose a member/],
    ["the same person", "U0BOB", /That is you/],
  ] as const)("is not given to %s", async ([, to, expected]) => {
    const { bot, card } = await startAsked({ approvers });
    await using _ = bot;

    expect(await handOver(bot, "U0BOB", card, to)).toMatchObject({
      response_action: "errors",
      errors: { person: expect.stringMatching(expected) },
    });
    expect(await bot.messages(APPROVALS)).toEqual([card]);
  });

  test("is handed over by nobody but its approvers", async () => {
    const { bot, card } = await startAsked({ approvers });
    await using _ = bot;

    await handOver(bot, "U0CAROL", card, "U0CAROL");

    await dialog(bot, "U0CAROL", /Only <@U0BOB> can decide this/);
    expect(await bot.messages(APPROVALS)).toEqual([card]);
  });
});
