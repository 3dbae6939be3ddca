import { expect, test } from "vitest";
import { isJsonObject, type JsonObject, toObjects } from "../../simulator/json.ts";
import { TestBot, tsOf } from "../support/bot.ts";

const TRIAGE: JsonObject = {
  id: "triage",
  name: "Triage",
  permissions: { view: ["#general"] },
  inputs: { ticket: { type: "text", required: true } },
  steps: [
    {
      id: "classify",
      type: "ai-decision",
      config: {
        prompt:
          "Classify this ticket into one of: billing, technical.\nTicket: {{variables.ticket}}",
        outputFormat: "enum",
        allowedValues: ["billing", "technical"],
      },
      next: "end",
    },
  ],
};

async function finishedRun(bot: TestBot): Promise<string> {
  await bot.slash("U0ALICE", 'run triage ticket="I was charged twice"');
  await bot.message("C0GENERAL", /Completed[\s\S]*why_run/);
  const { executions } = await bot.engine.executions.list({});
  return executions[0]?.executionId ?? "";
}

/** The private answer to “Why?”, as the client of the person has it. */
async function whyAnswer(bot: TestBot, user: string): Promise<JsonObject> {
  const card = await bot.message("C0GENERAL", /why_run/);
  await bot.click(user, "C0GENERAL", card, "why_run");
  return bot.until(async () =>
    (await bot.messages("C0GENERAL", undefined, user)).find(
      (message) => message["ephemeral"] === true,
    ),
  );
}

function menuOf(message: JsonObject): readonly JsonObject[] {
  const elements = toObjects(message["blocks"]).flatMap((block) => toObjects(block["elements"]));
  const menu = elements.find((element) => element["action_id"] === "label_other");
  return toObjects(menu?.["options"]);
}

async function lastPrivate(bot: TestBot, user: string, pattern: RegExp): Promise<string> {
  return bot.until(async () =>
    (await bot.privates(user, "C0GENERAL")).find((text) => pattern.test(text)),
  );
}

test("a person says in the answer to Why? what would have been right; that is a sample then", async () => {
  await using bot = await TestBot.start({ definitions: [TRIAGE], connected: true });
  const executionId = await finishedRun(bot);
  const answer = await whyAnswer(bot, "U0BOB");
  const [option, ...others] = menuOf(answer);
  expect(others).toEqual([]);
  const value = option?.["value"];

  await bot.act("action", {
    user: "U0BOB",
    channel: "C0GENERAL",
    ts: tsOf(answer),
    action_id: "label_other",
    selected: typeof value === "string" ? value : "",
  });

  await lastPrivate(bot, "U0BOB", /\*technical\* would have been right, not \*billing\*/);
  expect(await bot.engine.evaluations.listSamples("triage")).toMatchObject([
    {
      executionId,
      stepId: "classify",
      inputs: { ticket: "I was charged twice" },
      actual: "billing",
      expected: "technical",
      by: "U0BOB",
    },
  ]);
});

test("so too where the path of the step is longer than an option of a menu can hold", async () => {
  const [classify] = toObjects(TRIAGE["steps"]);
  const long = (name: string): string => `${name}_${"x".repeat(60 - name.length)}`;
  const inner = { ...classify, id: long("classify") };
  const parallel = (id: string, steps: readonly JsonObject[]): JsonObject => ({
    id: long(id),
    type: "parallel",
    config: { branches: [{ id: long("branch"), steps: [...steps] }] },
    next: "end",
  });
  const nested = { ...TRIAGE, steps: [parallel("outer", [parallel("middle", [inner])])] };
  await using bot = await TestBot.start({ definitions: [nested], connected: true });
  await finishedRun(bot);
  const answer = await whyAnswer(bot, "U0BOB");
  const value = menuOf(answer)[0]?.["value"];

  await bot.act("action", {
    ...{ user: "U0BOB", channel: "C0GENERAL", ts: tsOf(answer) },
    ...{ action_id: "label_other", selected: typeof value === "string" ? value : "" },
  });

  await lastPrivate(bot, "U0BOB", /\*technical\* would have been right, not \*billing\*/);
  expect(await bot.engine.evaluations.listSamples("triage")).toMatchObject([
    { stepId: inner.id, expected: "technical" },
  ]);
});

test("or that AI was right", async () => {
  await using bot = await TestBot.start({ definitions: [TRIAGE], connected: true });
  await finishedRun(bot);
  const answer = await whyAnswer(bot, "U0BOB");

  await bot.click("U0BOB", "C0GENERAL", answer, "label_right");

  await lastPrivate(bot, "U0BOB", /\*billing\* was right/);
  expect(await bot.engine.evaluations.listSamples("triage")).toMatchObject([
    { expected: "billing" },
  ]);
});

test("/workflow label takes any value that the step can have, and names what it cannot", async () => {
  await using bot = await TestBot.start({ definitions: [TRIAGE], connected: true });
  const id = await finishedRun(bot);

  expect(await bot.slash("U0BOB", `label ${id} classify Technical note="a bug"`)).toMatch(
    /technical\* would have been right/,
  );
  expect(await bot.engine.evaluations.listSamples("triage")).toMatchObject([
    { expected: "technical", note: "a bug" },
  ]);
  expect(await bot.slash("U0BOB", `label ${id} classify refund`)).toMatch(/is not one of billing/);
  expect(await bot.slash("U0BOB", `label ${id} classfy billing`)).toMatch(/decided nothing/);
  expect(await bot.slash("U0BOB", `label ${id}`)).toMatch(/Say run, step and what/);
  expect(await bot.slash("U0DAVE", `label ${id} classify billing`)).toMatch(/Guests/);
});

test("a choice that no menu of ours ever carried notes nothing", async () => {
  await using bot = await TestBot.start({ definitions: [TRIAGE], connected: true });
  const executionId = await finishedRun(bot);
  const answer = await whyAnswer(bot, "U0BOB");
  const click = { user: "U0BOB", channel: "C0GENERAL", ts: tsOf(answer), action_id: "label_right" };

  for (const value of ["made up", JSON.stringify({ e: executionId, p: "classify#1", c: 7 })]) {
    await bot.act("action", { ...click, value });
  }

  await lastPrivate(bot, "U0BOB", /belongs to no decision/);
  await lastPrivate(bot, "U0BOB", /no longer one of the step's values/);
  expect(await bot.engine.evaluations.listSamples("triage")).toEqual([]);
  expect(isJsonObject(answer)).toBe(true);
});
