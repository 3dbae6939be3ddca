import { describe, expect, test } from "vitest";
import { APPROVALS, askWorkflow } from "../support/ask-workflow.ts";
import { contentOf, TestBot, tsOf } from "../support/bot.ts";

const NEEDY = askWorkflow(
  {},
  {
    id: "expense",
    name: "Expense <approval>",
    inputs: {
      amount: { type: "number", label: "Amount (USD)", required: true, min: 1 },
      item: { type: "string", required: true },
      priority: { type: "select", options: ["low", "high"], default: "low" },
      code: { type: "string", sensitive: true },
    },
  },
);

describe("/workflow", () => {
  test("explains itself, lists and shows workflows", async () => {
    await using bot = await TestBot.start({ definitions: [askWorkflow(), NEEDY] });
    for (const text of ["", "help"]) {
      const help = await bot.slash("U0ALICE", text);
      for (const part of ["`list`", "`show`", "`status`", "`cancel`", "/workflow run ask"])
        expect(help).toContain(part);
    }
    const runs = await bot.slash("U0ALICE", "help runs");
    for (const part of ["show &lt;id&gt;", "run &lt;id&gt;", "status [run]", "retry &lt;run&gt;"])
      expect(runs).toContain(part);
    expect(await bot.slash("U0BOB", "list")).toMatch(
      /Ask\*.*`ask`[\s\S]*Expense &lt;approval&gt;\*.*`expense`/,
    );
    const shown = await bot.slash("U0BOB", "show expense");
    expect(shown).toMatch(/`amount` \(number; required\): Amount \(USD\)/);
    expect(shown).toMatch(/`priority` \(select: low, high; optional, default low\)/);
    expect(shown).toContain("run expense amount=1 item=text");
    expect(shown).toContain("approve: done");
  });

  test.for([
    ["a subcommand that it does not know", "lst", /“lst”. Did you mean `\/workflow list`\?/],
    ["a workflow that does not exist", "run expens amount=1", /expens[\s\S]*expense/],
    ["a missing id", "run", /Say which workflow/],
    [
      "a value of the wrong type",
      "run expense amount=much item=x",
      /`amount`: .*not a number[\s\S]*run expense amount=1 item=x/,
    ],
    [
      "an input that does not exist",
      "run expense amount=2 item=x prio=low",
      /`prio`[\s\S]*priority/,
    ],
    ["an open quote", 'run expense item="x', /quote is open/],
    [
      "a workflow with values but no command",
      "expense amount=640",
      /To start it, write `\/workflow run expense amount=640`/,
    ],
    ["values alone", "amount=640", /A command comes first/],
    [
      "values without a workflow",
      "run amount=640",
      /id comes before.*`\/workflow run expense amount=640`/,
    ],
    ["a run in place of a workflow, and neither", "show 3f2a1", /no workflow “3f2a1”/],
    ["a workflow in place of a run", "status expense", /`expense` is a workflow; its runs are in/],
    ["another word for a command", "start expense", /Did you mean `\/workflow run`/],
    [
      "more words than a command takes",
      "show expense now",
      /“now” is more than this command takes/,
    ],
    [
      "values that a command does not take",
      "list all=yes",
      /takes no values with names, and “all” was given/,
    ],
    [
      "values by their names, without a sign",
      "run expense item Desk amount 640",
      /“item”, “Desk”, “amount”, “640” have no names[\s\S]*run expense amount=640 item=Desk/,
    ],
    [
      "words without names",
      "run expense 640",
      /“640” has no name[\s\S]*run expense amount=640 item=text/,
    ],
    ["a run that does not exist", "status zzzzz", /zzzzz/],
  ] as const)("answers %s with what to do, and starts nothing", async ([, text, expected]) => {
    await using bot = await TestBot.start({ definitions: [NEEDY] });
    expect(await bot.slash("U0ALICE", text)).toMatch(expected);
    expect((await bot.engine.executions.list({})).executions).toEqual([]);
  });

  test("tells where a run is and why, lists runs, and cancels one by the start of its id", async () => {
    await using bot = await TestBot.start({ definitions: [askWorkflow()] });
    expect(await bot.slash("U0ALICE", "status")).toMatch(/started no runs/);
    const started = await bot.slash("U0ALICE", "run ask");
    const id = /run `(\w{5})`/.exec(started)?.[1] ?? "";
    await bot.message("C0GENERAL", /Waits at/);
    for (const text of ["status", `status ${id}`]) {
      expect(await bot.slash("U0ALICE", text)).toMatch(
        /Waiting[\s\S]*Waits at \*approve\* for an approval since[\s\S]*Ask <!subteam\^S0FINANCE>/,
      );
    }
    expect(await bot.slash("U0BOB", "runs")).toMatch(new RegExp(`${id}.*Ask.*Waiting.*<@U0ALICE>`));
    expect(await bot.slash("U0BOB", `cancel ${id}`)).toMatch(/cannot cancel this run/);
    expect(await bot.slash("U0ALICE", `cancel ${id}`)).toMatch(/is being cancelled/);
    await bot.message(APPROVALS, /withdrawn/);
    expect(await bot.slash("U0ALICE", `cancel ${id}`)).toMatch(/is over/);
    expect(await bot.slash("U0ALICE", "status")).toMatch(/Cancelled/);
  });

  test("finds runs by their labels, and shows these", async () => {
    const labels = { customer: "{{variables.customer}}" };
    const inputs = { customer: { type: "string" } };
    await using bot = await TestBot.start({ definitions: [askWorkflow({}, { labels, inputs })] });
    const start = async (customer: string) => {
      const answer = await bot.slash("U0ALICE", `run ask customer="${customer}"`);
      return /run `(\w{5})`/.exec(answer)?.[1] ?? "";
    };
    const [acme, other] = [await start("ACME & Co"), await start("Globex")];

    const found = await bot.slash("U0ALICE", 'runs ask customer="ACME & Co"');
    expect(found).toMatch(new RegExp(`${acme}.*customer: ACME &amp; Co`));
    expect(found).not.toContain(other);
    expect(await bot.slash("U0ALICE", "runs customer=Another")).toMatch(
      /There is no run that you may see with customer: Another/,
    );
    expect(await bot.slash("U0ALICE", `status ${other}`)).toContain("Labels: customer: Globex");
  });

  test("finds runs by their state, alone and of a workflow, whatever English it is written in", async () => {
    const failing = {
      id: "failing",
      name: "Failing",
      steps: [{ id: "fail", type: "transform", config: { expression: "[1][5]" } }],
    };
    const named = { ...askWorkflow(), id: "done", name: "Done" };
    await using bot = await TestBot.start({ definitions: [failing, askWorkflow(), named] });
    await bot.slash("U0ALICE", "run failing");
    await bot.slash("U0ALICE", "run ask");
    await bot.slash("U0ALICE", "run done");
    await bot.message("C0GENERAL", /Failing: Failed/);
    for (const name of ["Ask", "Done"])
      await bot.message("C0GENERAL", new RegExp(`${name}: Waiting`));
    const runs = (words: string) => bot.slash("U0ALICE", `runs ${words}`);

    for (const words of ["failed", "FAILED", "failing failed", "failed failing"])
      expect(await runs(words)).toMatch(/\*Failing\* · :x: Failed/);
    expect(await runs("failed")).not.toContain("*Ask*");
    expect(await runs("waiting")).not.toContain("*Failing*");
    expect(await runs("ask failed")).toMatch(/no run that you may see whose state is “Failed”/);
    expect(await runs("canceled")).toMatch(/no run .* “Cancelled”/);
    // A workflow of this name goes first.
    expect(await runs("done")).toMatch(/\*Done\* · :hourglass_flowing_sand: Waiting/);
    expect(await runs("faild")).toMatch(/no workflow “faild”/);
  });

  test("lists the templates that come with it", async () => {
    await using bot = await TestBot.start({ definitions: [] });
    const answer = await bot.slash("U0BOB", "templates");
    for (const id of ["content-moderation", "data-enrichment", "incident-response"])
      expect(answer).toContain(`\`${id}\``);
    expect(await bot.slash("U0BOB", "help drafts")).toContain("/workflow templates");
  });

  test("does nothing for guests", async () => {
    await using bot = await TestBot.start({ definitions: [askWorkflow()] });
    for (const text of ["help", "list", "run ask", "cancel x"]) {
      expect(await bot.slash("U0DAVE", text)).toMatch(/Guests/);
    }
    expect((await bot.engine.executions.list({})).executions).toEqual([]);
  });

  test("lets people whom the operator named cancel any run", async () => {
    await using bot = await TestBot.start({ definitions: [askWorkflow()], admins: ["U0CAROL"] });
    await bot.slash("U0BOB", "run ask");
    const { executions } = await bot.engine.executions.list({});
    expect(await bot.slash("U0CAROL", `cancel ${executions[0]?.executionId}`)).toMatch(
      /is being cancelled/,
    );
  });

  test("tells of trouble with a reference, and not with a stack", async () => {
    await using bot = await TestBot.start({ definitions: [askWorkflow()] });
    await bot.act("faults", { target: "slack", method: "users.info", status: 503, times: 10 });
    const answer = await bot.slash("U0ALICE", "list");
    expect(answer).toMatch(/Slack did not answer[\s\S]*Reference for the operator: `[0-9a-f]{8}`/);
    expect(answer).not.toMatch(/at .*\.ts/);
  });
});

describe("the bot's own pages", () => {
  test("a direct message is answered with help, a guest's with a refusal", async () => {
    await using bot = await TestBot.start({ definitions: [] });
    const hello = { text: "hello" };
    const ours = await bot.act("message", { user: "U0ALICE", channel: "D0ALICE", ...hello });
    const help = await bot.message("D0ALICE", /I run workflows/, tsOf(ours));
    expect(contentOf(help)).toContain("@heddle run");
    const guests = await bot.act("message", { user: "U0DAVE", channel: "D0DAVE", ...hello });
    await bot.message("D0DAVE", /Guests/, tsOf(guests));
  });
});
