import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../simulator/json.ts";
import { askWorkflow } from "../../support/ask-workflow.ts";
import { contentOf, TestBot, tsOf } from "../../support/bot.ts";
import { dialog, submit } from "../../support/dialogs.ts";

const DM = "D0ALICE";
const WISH = "build me a workflow that asks @finance to approve purchases over $500 in #approvals";

const EXPENSE: JsonObject = {
  id: "expense",
  name: "Expense approval",
  inputs: {
    amount: { type: "number", required: true },
    item: { type: "string", required: true },
  },
  steps: [{ id: "note", type: "transform", config: { expression: "variables.amount * 2" } }],
};

/** Writes to the bot. @returns the time stamp of the message. */
async function say(bot: TestBot, text: string, threadTs?: string): Promise<string> {
  const rest = threadTs === undefined ? {} : { thread_ts: threadTs };
  return tsOf(await bot.act("message", { user: "U0ALICE", channel: DM, text, ...rest }));
}

/** What the bot answers to a message in a direct message. */
async function ask(bot: TestBot, text: string, expected: RegExp): Promise<JsonObject> {
  return bot.message(DM, expected, await say(bot, text));
}

const DOUBLE: JsonObject = { ...EXPENSE, id: "double", name: "Double" };

const runs = async (bot: TestBot) => (await bot.engine.executions.list({})).executions;

describe("in a direct message", () => {
  test.for<readonly [string, RegExp]>([
    ["what waits for me?", /Nothing waits for you|nothing waits/i],
    ["how are my runs going?", /started no runs/],
    ["what did expense approval cost last week?", /Expense approval[\s\S]*last 7 days/],
    ["which workflows are there?", /`expense`/],
    ["what does expense approval do?", /amount/],
    ["why did my last run fail?", /started no runs/],
    ["cancel my last run", /started no runs/],
    ["thanks!", /You're welcome/],
    ["good morning", /Tell me in your own words/],
    ["the printer burns", /not sure what you would like[\s\S]*what waits for me/],
  ])("“%s” is answered from what is stored", async ([text, expected]) => {
    await using bot = await TestBot.start({ definitions: [EXPENSE] });

    await ask(bot, text, expected);

    expect(await runs(bot)).toEqual([]);
  });

  test.for(["please run expense approval for 80 dollars", "run expense approval for 80 dollars"])(
    "a run is offered with what “%s” says of its values, and starts with what is filled in",
    async (text) => {
      await using bot = await TestBot.start({ definitions: [EXPENSE] });

      const offer = await ask(bot, text, /Shall I run/);
      expect(await runs(bot)).toEqual([]);
      await bot.click("U0ALICE", DM, offer, "open_form");
      const form = await dialog(bot, "U0ALICE", /"callback_id":"run_form"/);
      expect(JSON.stringify(form)).toContain('"initial_value":"80"');
      await submit(bot, "U0ALICE", form, { "field:item": "Desk" });

      const run = await bot.until(async () => (await runs(bot))[0]);
      const view = await bot.engine.executions.get(run.executionId);
      expect(view.variables).toEqual({ amount: 80, item: "Desk" });
    },
  );

  test("a number in the name of the workflow is no value", async () => {
    const plan = { ...EXPENSE, id: "plan-9", name: "Plan 9" };
    await using bot = await TestBot.start({ definitions: [plan] });

    const offer = await ask(bot, "please run the plan 9 now", /Shall I run/);
    await bot.click("U0ALICE", DM, offer, "open_form");

    const form = await dialog(bot, "U0ALICE", /"callback_id":"run_form"/);
    expect(JSON.stringify(form)).not.toContain('"initial_value"');
  });

  test("the last run is cancelled by the button that is offered, not by the words", async () => {
    await using bot = await TestBot.start({ definitions: [askWorkflow()] });
    await bot.slash("U0ALICE", "run ask");
    await bot.message("C0GENERAL", /Waits at/);

    const offer = await ask(bot, "stop my last run", /Shall run .* of \*Ask\* be cancelled/);
    expect((await runs(bot))[0]?.status).toBe("waiting");
    await bot.click("U0ALICE", DM, offer, "cancel_run");

    await bot.until(async () => ((await runs(bot))[0]?.status === "cancelled" ? true : undefined));
  });

  test("a run that is named and over is not called the last one", async () => {
    await using bot = await TestBot.start({ definitions: [EXPENSE] });
    await bot.slash("U0ALICE", "run expense amount=1 item=Desk");
    await bot.message("C0GENERAL", /Completed/);
    const id = (await runs(bot))[0]?.executionId.replace("exec_", "").slice(0, 12) ?? "";

    await ask(bot, `please cancel the run ${id}`, /The run `\w+` of \*Expense approval\* is over/);
    await ask(bot, "please cancel my last run", /Your last one, run `\w+` of .*, is over/);
  });

  test.for<readonly [string, string, RegExp]>([
    ["rejected", "decide_reject", /Rejected\* by <@U0BOB>/],
    ["approved", "decide_approve", /Approved\* by <@U0BOB>/],
  ])("why a run was %s is answered with who decided so", async ([what, choice, expected]) => {
    await using bot = await TestBot.start({ definitions: [askWorkflow()] });
    await bot.slash("U0ALICE", "run ask");
    const card = await bot.message("C0APPROVALS", /Approval needed/);
    await bot.click("U0BOB", "C0APPROVALS", card, choice);
    const [run] = await bot.until(async () => {
      const all = await runs(bot);
      return all[0]?.status === "completed" ? all : undefined;
    });

    const id = run?.executionId.replace("exec_", "").slice(0, 5) ?? "";
    await ask(bot, `why was run ${id} ${what}?`, expected);
  });

  test("what no rule reads costs nothing where no model answers, and is answered with examples", async () => {
    await using bot = await TestBot.start({ definitions: [EXPENSE] });

    const answer = await ask(bot, "Was wartet auf mich?", /not sure/);

    expect(contentOf(answer)).toContain("ask_pending");
  });
});

describe("in the thread of a draft", () => {
  test("an undo brings back what the draft was before its last change, as the next round", async () => {
    await using bot = await TestBot.start({ definitions: [], connected: true });
    const thread = await say(bot, WISH);
    await bot.message(DM, /Draft: /, thread);
    await say(bot, "undo", thread);
    await bot.message(DM, /no change of this draft to take back/, thread);
    await say(bot, "make it two approvers", thread);
    await bot.message(DM, /2 of them have to agree[\s\S]*round 2/, thread);
    const calls = (await bot.engine.drafts.find(DM, thread))?.id ?? "";
    const before = (await bot.engine.drafts.view(calls)).calls;

    await say(bot, "undo that, please", thread);

    const third = await bot.message(DM, /round 3/, thread);
    expect(contentOf(third)).not.toContain("2 of them have to agree");
    await bot.message(DM, /Round 2 of the draft .* was replaced/, thread);
    expect((await bot.engine.drafts.view(calls)).calls).toBe(before);
    await bot.click("U0ALICE", DM, third, "deploy_draft");
    await bot.message(DM, /was deployed as/, thread);
  });

  test.for<readonly [string, RegExp, string | null]>([
    ["thanks!", /You're welcome/, null],
    ["what does it do?", /What \*.*\* does as it stands in round 1[\s\S]*Who decides/, null],
    ["deploy it", /Shall round 1 of .* be deployed/, "deploy_draft"],
    ["discard it", /Shall the draft .* be discarded/, "discard_draft"],
  ])("“%s” is answered, and is no paid round", async ([text, expected, button]) => {
    await using bot = await TestBot.start({ definitions: [], connected: true });
    const thread = await say(bot, WISH);
    await bot.message(DM, /Draft: /, thread);

    await say(bot, text, thread);

    const answer = await bot.message(DM, expected, thread);
    const draft = await bot.engine.drafts.find(DM, thread);
    expect(draft).toMatchObject({ round: 1, status: "open" });
    expect((await bot.engine.drafts.view(draft?.id ?? "")).calls).toBe(1);
    if (button === null) return;
    await bot.click("U0ALICE", DM, answer, button);
    await bot.message(DM, /was (?:deployed|discarded)/, thread);
  });
});

describe("what a model says to the person", () => {
  const says = (bot: TestBot, answer: JsonObject): Promise<JsonObject> =>
    bot.act("faults", { target: "model", raw: JSON.stringify(answer), times: 1 });

  test("is asked in the thread, in its own words, and the answer goes into the workflow", async () => {
    await using bot = await TestBot.start({ definitions: [], connected: true });
    await says(bot, { question: "Wer soll Urlaub <!channel> freigeben?" });

    const thread = await say(bot, "build me a workflow for Urlaub");
    const question = await bot.message(DM, /Wer soll Urlaub/, thread);
    expect(contentOf(question)).not.toContain("<!channel>");
    await say(bot, "Die Gruppe @finance soll es freigeben, an approval", thread);

    await bot.message(DM, /Draft: [\s\S]*Who decides/, thread);
    const draft = await bot.engine.drafts.find(DM, thread);
    expect(draft?.description).toMatch(/Urlaub[\s\S]*Wer soll[\s\S]*S0FINANCE/);
    expect(draft).not.toHaveProperty("asked");
  });

  test("about its definition stands on the draft's card, as the AI's", async () => {
    await using bot = await TestBot.start({ definitions: [], connected: true });
    await says(bot, { ...DOUBLE, notes: "Supuse que *todos* pueden pedirlo." });

    const thread = await say(bot, "build me a workflow that doubles a number");

    const card = await bot.message(DM, /Draft: /, thread);
    expect(contentOf(card)).toMatch(/The AI says[\s\S]*Supuse que/);
  });
});

describe("a deployed workflow", () => {
  const menu = (title: string, required = 1): JsonObject => {
    const config = { channel: "#approvals", title, approvers: ["@finance"], releases: [] };
    const next = { approve: "end", reject: "end" };
    return {
      id: "menu",
      name: "Lunch menu",
      steps: [{ id: "ask", type: "approval", config: { ...config, required }, next }],
    };
  };

  /** What the model writes next. */
  const writes = (bot: TestBot, definition: JsonObject): Promise<JsonObject> =>
    bot.act("faults", { target: "model", raw: JSON.stringify(definition), times: 1 });

  test("is changed in words as a draft, which becomes its next version", async () => {
    await using bot = await TestBot.start({ definitions: [menu("Lunch?")], connected: true });
    await writes(bot, { ...menu("Lunch?", 2), id: "lunch-menu-2" });

    const thread = await say(bot, "change lunch menu so that two approvers are needed");
    const draft = await bot.message(DM, /2 of them have to agree[\s\S]*round 1/, thread);
    expect((await bot.engine.workflows.get("menu")).version).toBe(1);
    await bot.click("U0ALICE", DM, draft, "deploy_draft");

    await bot.message(DM, /was deployed as `menu` version 2/, thread);
    const { source, version } = await bot.engine.workflows.get("menu");
    expect(version).toBe(2);
    expect(source["steps"]).toEqual(menu("Lunch?", 2)["steps"]);
  });

  test("that was deployed anew meanwhile is not overwritten by the draft", async () => {
    await using bot = await TestBot.start({ definitions: [menu("Lunch?")], connected: true });
    await writes(bot, menu("Lunch?", 2));
    const thread = await say(bot, "change lunch menu so that two approvers are needed");
    const draft = await bot.message(DM, /2 of them have to agree[\s\S]*round 1/, thread);
    await bot.engine.workflows.deploy(menu("Dinner?"), { by: "test" });

    await bot.click("U0ALICE", DM, draft, "deploy_draft");

    await bot.until(async () =>
      (await bot.privates("U0ALICE", DM, thread)).find((text) =>
        /changes version 1 of `menu`, and version 2 is active/.test(text),
      ),
    );
    expect((await bot.engine.workflows.get("menu")).version).toBe(2);
  });

  test("is not changed by the stand-in, which says that it cannot", async () => {
    await using bot = await TestBot.start({ definitions: [menu("Lunch?")], connected: true });

    const thread = await say(bot, "change lunch menu so that two approvers are needed");

    await bot.message(DM, /I change only what I wrote myself/, thread);
    expect((await bot.engine.workflows.get("menu")).version).toBe(1);
  });
});

describe("another language", () => {
  const reads = (bot: TestBot, value: string, confidence = 0.9): Promise<JsonObject> =>
    bot.act("faults", {
      ...{ target: "model", times: 1 },
      raw: JSON.stringify({ value, reason: "As it says.", confidence }),
    });

  test.for<readonly [string, string, RegExp]>([
    ["Was wartet auf mich?", "pending", /Nothing waits for you|nothing waits/i],
    ["Combien a coûté Expense approval ?", "costs", /Expense approval[\s\S]*last 30 days/],
    ["Lance Expense approval, s'il te plaît", "run", /Shall I run \*Expense approval\*/],
    ["Mostrami le mie esecuzioni", "status", /started no runs/],
  ])("“%s” is read by one call of a model", async ([text, intent, expected]) => {
    await using bot = await TestBot.start({ definitions: [EXPENSE], connected: true });
    await reads(bot, intent);

    await ask(bot, text, expected);

    expect(await runs(bot)).toEqual([]);
    const spent = await bot.engine.costs.overview(1, "U0ALICE");
    expect(spent.generation).toMatchObject({ calls: 1 });
  });

  test("and a sentence that begins with the name of a command is read as the sentence that it is", async () => {
    await using bot = await TestBot.start({ definitions: [EXPENSE], connected: true });
    await reads(bot, "why");

    await ask(bot, "why is my expense still not paid?", /started no runs/);
    await ask(bot, "why 3f2a", /There is no run “3f2a”/);
  });

  test("is read while Slack shows that it is", async () => {
    await using bot = await TestBot.start({ definitions: [EXPENSE], connected: true });
    await reads(bot, "pending");

    await ask(bot, "Was wartet auf mich?", /nothing waits/i);

    const statuses = await bot.until(async () => {
      const calls = await bot.calls("assistant.threads.setStatus");
      return calls.length === 2 ? calls : undefined;
    });
    expect(statuses.map((call) => JSON.stringify(call))).toEqual([
      expect.stringContaining("is reading your message"),
      expect.stringContaining('"status":""'),
    ]);
  });

  test("while no model answers, a person hears that and what works without it", async () => {
    await using bot = await TestBot.start({ definitions: [EXPENSE], connected: true });
    await bot.act("faults", { target: "model", status: 401, times: 9 });

    await ask(
      bot,
      "Halt mal bitte",
      /not sure what you would like.*takes AI, and that does not work at the moment: [\s\S]*what waits for me/,
    );
    await ask(bot, "what waits for me?", /nothing waits/i);
  });

  test("what the model is not sure of is not guessed at", async () => {
    await using bot = await TestBot.start({ definitions: [EXPENSE], connected: true });
    await reads(bot, "cancel", 0.4);

    await ask(bot, "Halt mal bitte", /not sure what you would like/);
  });

  test.for<readonly [string, number]>([
    ["Quand un client écrit, prévenir #approvals", 0],
    ["Quand un client écrit, prévenir #approvals", 1],
  ])(
    "what no model reads becomes a draft by a button: %s, beside %i drafts",
    async ([text, drafts]) => {
      await using bot = await TestBot.start({ definitions: [], connected: true });
      for (let n = 0; n < drafts; n += 1)
        await bot.message(DM, /Draft: /, await say(bot, `${WISH} ${n}`));
      await reads(bot, "other");

      const thread = await say(bot, text);
      const answer = await bot.message(DM, /answer_again/, thread);
      await bot.click("U0ALICE", DM, answer, "answer_again");

      await bot.message(DM, /deploy_draft/, thread);
    },
  );

  test("a change that a model takes for a question is made by a button", async () => {
    await using bot = await TestBot.start({ definitions: [], connected: true });
    const thread = await say(bot, WISH);
    await bot.message(DM, /Draft: /, thread);
    await reads(bot, "explain");

    await say(bot, "Que aprueben dos personas: two approvers", thread);
    const answer = await bot.message(DM, /If you meant it as a change/, thread);
    await bot.click("U0ALICE", DM, answer, "change_recent_draft");

    await bot.message(DM, /2 of them have to agree[\s\S]*round 2/, thread);
  });

  test("a change of a draft is made, and a question about it answered", async () => {
    await using bot = await TestBot.start({ definitions: [], connected: true });
    const thread = await say(bot, WISH);
    await bot.message(DM, /Draft: /, thread);

    await reads(bot, "explain");
    await say(bot, "Wer entscheidet denn da?", thread);
    await bot.message(DM, /as it stands in round 1/, thread);
    await reads(bot, "other");
    await say(bot, "Hm", thread);
    await bot.message(DM, /Is this a change of your draft/, thread);
    await reads(bot, "change");
    await say(bot, "Bitte zwei Genehmiger", thread);

    await bot.message(DM, /round 2/, thread);
  });
});
