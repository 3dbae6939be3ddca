import { describe, expect, test } from "vitest";
import { APPROVALS, askWorkflow } from "../support/ask-workflow.ts";
import { TestBot, tsOf } from "../support/bot.ts";

const EXPENSE = askWorkflow(
  {},
  {
    id: "expense",
    name: "Expense <approval>",
    inputs: {
      amount: { type: "number", required: true, min: 1 },
      item: { type: "string", required: true },
    },
  },
);
const MENU = askWorkflow({}, { id: "lunch-menu", name: "Lunch menu", inputs: {} });

describe("a command does what it plainly means", () => {
  test.for([
    "show lunch-menu",
    "show Lunch menu",
    'show "lunch MENU"',
    "show `lunch-menu`.",
    "show LUNCH\u200B-MENU",
    "show <lunch-menu>",
    "/workflow show lunch-menu",
    "`/workflow show lunch-menu`",
    "ｓｈｏｗ lunch_menu",
    "Show: lunch menu",
    "lunch-menu",
    "Lunch menu",
    "“show lunch menu”",
    "workflow show lunch-menu",
    "help lunch-menu",
  ])("and shows a workflow: %s", async (text) => {
    await using bot = await TestBot.start({ definitions: [MENU, EXPENSE] });
    expect(await bot.slash("U0ALICE", text)).toMatch(/Lunch menu[\s\S]*Start it/);
  });

  test.for([
    "run expense --amount=640 --item=stand",
    "run expense --amount 640 --item stand",
    "run expense amount:640 item: stand",
    "run expense amount = 640 item =stand",
    "run Expense <approval> amount=640 item=stand",
    "run expense amo\u00ADunt=\u200E640\u200B item=“stand”",
    "run expense amount＝640　item=stand",
    "`run expense amount=640 item=stand`",
  ])("and starts a run: %s", async (text) => {
    await using bot = await TestBot.start({ definitions: [EXPENSE] });
    expect(await bot.slash("U0ALICE", text)).toMatch(/Started/);
    const { executions } = await bot.engine.executions.list({});
    const { variables } = await bot.engine.executions.get(executions[0]?.executionId ?? "");
    expect(variables).toMatchObject({ amount: 640, item: "stand" });
  });

  test("and takes the id of a run however it was copied", async () => {
    await using bot = await TestBot.start({ definitions: [askWorkflow()] });
    const started = await bot.slash("U0ALICE", "run ask");
    const id = /run `(\w{5})`/.exec(started)?.[1] ?? "";
    await bot.message(APPROVALS, /Approval needed/);
    for (const text of [
      `status #${id}.`,
      `status run ${id}`,
      `status \`${id}\``,
      `STATUS ${id}\u200B`,
    ])
      expect(await bot.slash("U0ALICE", text)).toContain(`Run \`${id}\``);
  });

  test("in a direct message, too", async () => {
    await using bot = await TestBot.start({ definitions: [MENU] });
    for (const text of ["lunch menu", "show “Lunch menu”", "\u200Bshow lunch-menu."]) {
      const sent = await bot.act("message", { user: "U0ALICE", channel: "D0ALICE", text });
      await bot.message("D0ALICE", /Lunch menu[\s\S]*Start it/, tsOf(sent));
    }
  });
});

test("one command is explained, also to those who misspell it", async () => {
  await using bot = await TestBot.start({ definitions: [MENU] });
  expect(await bot.slash("U0ALICE", "help run")).toMatch(/`\/workflow run &lt;id&gt;/);
  expect(await bot.slash("U0ALICE", "help rnu")).toMatch(/Did you mean `\/workflow help run`/);
  for (const text of ["--help", "?", "help me"])
    expect(await bot.slash("U0ALICE", text)).toMatch(/I run workflows/);
});

test("of workflows with one name none is guessed", async () => {
  const named = (id: string) => askWorkflow({}, { id, name: "Today's dish", inputs: {} });
  await using bot = await TestBot.start({ definitions: [named("dish-1"), named("dish-2")] });
  expect(await bot.slash("U0ALICE", "run today’s dish")).toMatch(
    /can mean several workflows: `dish-1`, `dish-2`/,
  );
  expect((await bot.engine.executions.list({})).executions).toEqual([]);
});

test("a workflow is shown with what starts it, and its next starts in the reader's own time", async () => {
  const nightly = askWorkflow(
    {},
    {
      id: "nightly",
      name: "Nightly report",
      triggers: [
        { type: "schedule", cron: "0 2 * * *", timezone: "Europe/Berlin" },
        { type: "message", keywords: ["report"], channels: ["#general"] },
      ],
    },
  );
  await using bot = await TestBot.start({ definitions: [nightly] });
  const shown = await bot.slash("U0BOB", "show nightly");
  expect(shown).toMatch(/Next starts by its schedule\*: <!date\^\d+\^[^>]*>, <!date\^/);
  expect(shown).toMatch(/What starts it[\s\S]*0 2 \* \* \*[\s\S]*Europe\/Berlin[\s\S]*report/);
  expect(shown).toMatch(/Who decides/);
});

test.for<readonly [string, RegExp]>([
  ["run order amount=1,200.50", /"1,200\.50" is not a number\. Write 1200\.50/],
  ["run order amount=5 where=#nowhere", /sees no channel "#nowhere"/],
  ["run order amount=0", /`amount`: (?!.*(?:expected|Too small))/],
  ["rum", /Did you mean `\/workflow run`/],
  ["help order", /\*Start it\*: `\/workflow run order` asks for the values in a form/],
])("a slip is answered in words that say what to do: %s", async ([text, expected]) => {
  const order = {
    ...{ id: "order", name: "Order" },
    inputs: { amount: { type: "number", required: true, min: 1 }, where: { type: "channel" } },
    steps: [{ id: "note", type: "transform", config: { expression: "variables.amount" } }],
  };
  await using bot = await TestBot.start({ definitions: [order] });

  expect(await bot.slash("U0ALICE", text)).toMatch(expected);

  expect((await bot.engine.executions.list({})).executions).toEqual([]);
});
