import { describe, expect, test } from "vitest";
import { type JsonObject, toObjects } from "../../../simulator/json.ts";
import { APPROVALS, askWorkflow } from "../../support/ask-workflow.ts";
import { contentOf, TestBot, tsOf } from "../../support/bot.ts";
import { dialog, submit } from "../../support/dialogs.ts";
import { ForwardClock } from "../../support/forward-clock.ts";
import { buttonsOf, Home } from "../../support/home.ts";

/** Fails at once, until its input is mended. */
const FAILING: JsonObject = {
  id: "brittle",
  name: "Brittle",
  steps: [{ id: "read", type: "transform", config: { expression: "int('none')" } }],
};

const PLAIN: JsonObject = {
  id: "note",
  name: "Note",
  inputs: { text: { type: "string", label: "What?", required: true } },
  steps: [{ id: "keep", type: "transform", config: { expression: "variables.text" } }],
};

const MESSAGE = "For the <new> desk of U0ALICE";

function start(definitions: readonly JsonObject[], options = {}) {
  return TestBot.start({ definitions, ...options });
}

/** Starts a run as a person, without a word in Slack. */
async function run(bot: TestBot, workflowId: string, userId: string): Promise<string> {
  const { executionId } = await bot.engine.executions.start({
    workflowId,
    variables: {},
    variableForm: "json",
    trigger: { type: "manual", userId },
  });
  return executionId;
}

function actionIds(view: JsonObject): readonly unknown[] {
  return buttonsOf(view).map((button) => button["action_id"]);
}

describe("decisions on Home", () => {
  test("say what is asked, by whom, since when and until when", async () => {
    const [ask = {}, done = {}] = toObjects(
      askWorkflow({ timeout: "2d", message: MESSAGE })["steps"],
    );
    const asks: JsonObject = {
      ...{ id: "ask", name: "Ask", inputs: { amount: { type: "number", label: "Amount (USD)" } } },
      steps: [{ ...ask, next: { approve: "done", reject: "done", expired: "end" } }, done],
    };
    await using bot = await start([asks]);
    await bot.slash("U0ALICE", "run ask amount=640");
    await bot.message(APPROVALS, /Approval needed/);

    const home = await new Home(bot, "U0BOB").open(/Shall we/);

    expect(home).toContain("For the &lt;new&gt; desk of <@U0ALICE>");
    expect(home).toContain("*Amount (USD)*\\n640");
    expect(home).toMatch(
      /started by <@U0ALICE> · asked <!date[^>]+>, <!date[^>]+> · \*expires <!date/,
    );
  });
});

describe("a person's runs on Home", () => {
  test("are shown while they wait, however many have ended since, and can be stopped", async () => {
    await using bot = await start([askWorkflow(), PLAIN]);
    const waiting = await run(bot, "ask", "U0ALICE");
    await bot.message(APPROVALS, /Approval needed/);
    for (let n = 0; n < 25; n += 1) await bot.slash("U0ALICE", `run note text=${n}`);
    const home = new Home(bot, "U0ALICE");

    expect(await home.open(/\*Ask\* · :hourglass_flowing_sand: Waiting/)).toMatch(
      /for an approval since .* Ask <!subteam\^S0FINANCE>.*\*Note\* · :white_check_mark: Completed.*More: `\/workflow runs`/,
    );
    await home.click("cancel_run");

    await home.shows(/is being cancelled/);
    await home.shows(/\*Ask\* · :no_entry_sign: Cancelled/);
    expect((await bot.engine.executions.get(waiting)).cancelledBy).toBe("U0ALICE");
  });

  test("that failed say why, and are retried by their button", async () => {
    await using bot = await start([FAILING]);
    const failed = await run(bot, "brittle", "U0BOB");
    const home = new Home(bot, "U0BOB");
    await home.open(/\*Brittle\* · :x: Failed/);

    await home.click("show_run");
    expect(JSON.stringify(await dialog(bot, "U0BOB", /Ended/))).toMatch(
      /Brittle.*No model was asked/,
    );
    await home.click("retry_run");

    await home.shows(/continues from \*read\*/);
    await bot.until(async () =>
      (await bot.engine.executions.get(failed)).retries.length === 1 ? true : undefined,
    );
  });
});

describe("workflows on Home", () => {
  test("are run by a button, or found in the list", async () => {
    const clock = new ForwardClock();
    await using bot = await start([PLAIN], { clock });
    const home = new Home(bot, "U0BOB");
    await home.open(/Find a workflow to run.*\*Note\*/);
    await home.click("run_from_home", "note");
    await submit(bot, "U0BOB", await dialog(bot, "U0BOB", /What\?/), { "field:text": "Hello" });
    clock.forward(6000);

    await home.shows(/\*Note\* · :white_check_mark: Completed.*Result: Hello/);
    await home.choose("run_chosen", "note");
    await dialog(bot, "U0BOB", /What\?/);
  });

  test("that the person may not run any more are not started, and the dialog says who may", async () => {
    await using bot = await start([PLAIN]);
    const home = new Home(bot, "U0BOB");
    await home.open(/\*Note\*/);
    await bot.engine.workflows.deploy(
      { ...PLAIN, permissions: { run: ["U0CAROL"] } },
      { by: "api" },
    );

    await home.click("run_from_home", "note");

    const text = JSON.stringify(await dialog(bot, "U0BOB", /may not run/));
    expect(text).toMatch(/no longer run “Note”, so nothing was started\..*U0CAROL/);
  });

  test("that are gone are said to be gone", async () => {
    await using bot = await start([PLAIN]);
    const home = new Home(bot, "U0BOB");
    await home.open(/\*Note\*/);
    const { id } = await home.view();

    await bot.act("action", {
      user: "U0BOB",
      view_id: id,
      action_id: "run_from_home",
      value: "nots",
    });

    await dialog(bot, "U0BOB", /no workflow .*nots.*Did you mean .*note/);
  });

  test("are described in a dialog, and the draft is discussed in the direct messages", async () => {
    await using bot = await start([], { connected: true });
    const home = new Home(bot, "U0BOB");
    await home.open(/New workflow/);
    await home.click("new_workflow");
    const form = await dialog(bot, "U0BOB", /What should it do/);
    const wanted = "Ask @finance to approve purchases over $500 in #approvals";

    // Pressed twice, it is written once.
    await Promise.all([1, 2].map(() => submit(bot, "U0BOB", form, { description: wanted })));

    const root = await bot.message("D0BOB", /You asked on my Home tab/);
    expect(contentOf(root)).toContain(wanted);
    await bot.message("D0BOB", /Draft: .*Deploy/s, tsOf(root));
    expect(await bot.messages("D0BOB")).toHaveLength(1);
    // Alice is an admin: the draft waits for her.
    const admin = new Home(bot, "U0ALICE");
    expect(await admin.open(/For admins.*Draft/)).toMatch(/by <@U0BOB>: a new workflow, round 1/);
    await admin.click("deploy_draft");
    await admin.shows(/Deployed: /);
    expect((await bot.engine.workflows.list()).length).toBe(1);
    expect(actionIds(await admin.view())).not.toContain("deploy_draft");
  });
});

describe("what admins see on Home", () => {
  test("is what is paused, with the button that resumes it", async () => {
    await using bot = await start([PLAIN]);
    await bot.engine.workflows.pause("note", "U0ALICE");
    const home = new Home(bot, "U0ALICE");
    await home.open(/\*Note\* is paused by <@U0ALICE>/);
    expect(await new Home(bot, "U0BOB").open(/As of/)).not.toContain("For admins");
    const { id } = await new Home(bot, "U0BOB").view();

    await bot.act("action", {
      ...{ user: "U0BOB", view_id: id },
      ...{ action_id: "resume_workflow", value: JSON.stringify({ w: "note" }) },
    });
    await new Home(bot, "U0BOB").shows(/may not resume/);
    await home.click("resume_workflow");

    await home.shows(/\*Note\* is resumed.*Nothing is paused, refused or waits/);
  });

  test("is which triggers are switched off, with the button that switches one on", async () => {
    const trigger = { type: "schedule", cron: "0 9 * * *", id: "daily" };
    const steps = [{ id: "note", type: "transform", config: { expression: "1" } }];
    await using bot = await start([{ id: "note", name: "Note", trigger, steps }]);
    await bot.engine.workflows.pauseTrigger("note", "daily", "U0ALICE");
    const home = new Home(bot, "U0ALICE");
    await home.open(/The trigger `daily` of \*Note\* is switched off by <@U0ALICE>/);

    await home.click("resume_workflow");

    await home.shows(/is switched on.*Nothing is paused, refused or waits/);
    expect(bot.engine.workflows.pausedTriggers("note").size).toBe(0);
  });

  test("is what Slack refuses, with the button that tries it again", async () => {
    const clock = new ForwardClock();
    await using bot = await start([askWorkflow()], { clock });
    const fault = { target: "slack", method: "chat.postMessage", error: "message_limit_exceeded" };
    await bot.act("faults", { ...fault, times: 1000 });
    await run(bot, "ask", "U0BOB");
    const tries = async () => (await bot.calls("chat.postMessage")).length;
    await bot.until(async () => (await tries()) || undefined);
    const home = new Home(bot, "U0ALICE");
    // A refusal that may pass by itself is reported when it comes once more.
    await bot.until(async () => {
      clock.forward(61_000);
      return /Slack refused/.test(await home.open(/As of/)) || undefined;
    });
    expect(await home.open(/Slack refused .*message_limit_exceeded/)).toMatch(/in <#C0APPROVALS>/);
    await fetch(`${bot.simulator.url}/sim/faults`, { method: "DELETE" });

    await home.click("resend_refused");

    await home.shows(/The messages of 1 run are tried again now.*Nothing is paused, refused/);
    await bot.message(APPROVALS, /Approval needed/);
  });

  test("is a model that is left alone, with the button that has it called again", async () => {
    const step = {
      id: "judge",
      type: "ai-decision",
      config: { prompt: "Yes?", outputFormat: "boolean" },
    };
    const judge = {
      id: "judge",
      name: "Judge",
      steps: [step],
    };
    await using bot = await start([judge], { connected: true });
    await bot.act("faults", { target: "model", status: 503, times: 1000 });
    const home = new Home(bot, "U0ALICE");
    for (let n = 0; n < 5; n += 1) await run(bot, "judge", "U0BOB");
    await bot.until(async () => bot.engine.health.outages().length || undefined);
    await home.open(/\*The model gpt-4o-mini at .*\* failed repeatedly .*503/);

    await home.click("end_outage");

    await home.shows(/next call is made again.*Nothing is paused, refused/);
    expect(bot.engine.health.outages()).toEqual([]);
  });
});

describe("an open Home", () => {
  test("follows what changes, and is not published where it would look the same", async () => {
    const clock = new ForwardClock();
    await using bot = await start([askWorkflow()], { clock });
    const [bob, carol] = [new Home(bot, "U0BOB"), new Home(bot, "U0CAROL")];
    // Seconds are between two readings of one page.
    const shows = (home: Home, pattern: RegExp) =>
      bot.until(async () => {
        clock.forward(6000);
        return pattern.test(JSON.stringify(await home.view())) || undefined;
      });
    await bob.open(/Nothing waits for you/);
    await carol.open(/Nothing waits for you/);

    await run(bot, "ask", "U0ALICE");

    await shows(bob, /Shall we/);
    await shows(carol, /Shall we/);
    await carol.click("decide_approve");
    await shows(bob, /Nothing waits for you/);
    // The answer to the click goes after a while; from then on nothing changes.
    clock.forward(60_000);
    await shows(carol, /^(?!.*Your decision counts)/);
    const before = (await bot.calls("views.publish")).length;
    for (let n = 0; n < 20; n += 1) {
      clock.forward(30_000);
      await bot.engine.executions.list({});
    }
    await bob.open(/Nothing waits for you/);
    expect((await bot.calls("views.publish")).length).toBe(before + 1);
  });

  test("is published with the answer to a click when Slack is back", async () => {
    await using bot = await start([askWorkflow()]);
    await run(bot, "ask", "U0ALICE");
    const home = new Home(bot, "U0BOB");
    await home.open(/Shall we/);
    await bot.act("faults", { target: "slack", method: "views.publish", status: 503, times: 3 });

    await home.click("decide_approve");

    await home.shows(/Your decision counts.*Nothing waits for you/);
  });
});

test("Home shows what is left of budgets, to members of their own alone", async () => {
  await using bot = await start([]);
  for (const person of ["U0BOB", "U0CAROL"])
    await bot.engine.costs.setBudget("person", person, 5, "U0ALICE");

  const own = await new Home(bot, "U0BOB").open(/<@U0BOB>: \*\$5\.0000\* of \$5\.0000 left/);
  const all = await new Home(bot, "U0ALICE").open(/Left of this month's budgets/);

  expect(own).not.toContain("<@U0CAROL>");
  expect(all).toMatch(/<@U0BOB>: .*<@U0CAROL>: /);
});

test("Home shows text in place of a table that Slack does not take, and stays so", async () => {
  await using bot = await start([PLAIN]);
  await bot.slash("U0BOB", "run note text=x");
  await bot.act("faults", {
    target: "slack",
    method: "views.publish",
    error: "invalid_blocks",
    times: 1,
  });
  const home = new Home(bot, "U0BOB");

  expect(await home.open(/By workflow/)).toMatch(/• Note: \$0\.0000 today .* in 30 days · 1 run/);
  await home.open(/By workflow/);

  const calls = await bot.calls("views.publish");
  expect(calls.filter(({ ok }) => ok !== true)).toHaveLength(1);
  const types = toObjects((await home.view())["blocks"]).map(({ type }) => type);
  expect(types).not.toContain("data_table");
});
