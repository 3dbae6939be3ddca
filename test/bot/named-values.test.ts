import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../simulator/json.ts";
import { APPROVALS, askWorkflow } from "../support/ask-workflow.ts";
import { contentOf, TestBot } from "../support/bot.ts";
import { decideWith, dialog, submit } from "../support/dialogs.ts";

const INPUTS: JsonObject = {
  where: { type: "channel" },
  who: { type: "user" },
  secret: { type: "channel", sensitive: true },
};

const note = (id: string, more: JsonObject = {}): JsonObject => ({
  id,
  name: `The ${id}`,
  inputs: INPUTS,
  steps: [{ id: "note", type: "transform", config: { expression: "variables" } }],
  ...more,
});

const NOWHERE = 'the bot sees no channel "#nowhere"';

/** Waits until there are so many completed runs. */
async function variablesOf(bot: TestBot): Promise<JsonObject> {
  const { executionId } = await bot.until(async () => {
    const { executions } = await bot.engine.executions.list({ status: "completed" });
    return executions[0];
  });
  return (await bot.engine.executions.get(executionId)).variables;
}

describe("a value that names a channel or a person", () => {
  test.for([
    [
      "a channel that is not there",
      "where=#nowhere",
      /the bot sees no channel "#nowhere"\. Type #/,
    ],
    ["the id of a channel that is not there", "where=C0NOWHERE", /no channel "C0NOWHERE"/],
    [
      "a person who is not there",
      "who=U0NOBODY",
      /no person "U0NOBODY" in this workspace\. Type @/,
    ],
    ["a sensitive one", "secret=#hidden-place", /the value names no channel that the bot can see/],
  ] as const)("is refused with what to write: %s", async ([, value, message]) => {
    await using bot = await TestBot.start({ definitions: [note("memo")] });
    const answer = await bot.slash("U0ALICE", `run memo ${value}`);
    expect(answer).toMatch(message);
    expect(answer).not.toContain("hidden-place");
    expect((await bot.engine.executions.list({})).executions).toEqual([]);
    expect(await bot.calls("conversations.list")).toEqual([]);
  });

  test("is taken where it exists, with unseen characters around it or not", async () => {
    await using bot = await TestBot.start({ definitions: [note("memo")] });
    await bot.slash("U0ALICE", "run memo where=#general\u200B who=<@U0BOB|bob>");
    expect(await variablesOf(bot)).toMatchObject({ where: "C0GENERAL", who: "U0BOB" });
  });

  test("is taken while Slack does not say", async () => {
    await using bot = await TestBot.start({ definitions: [note("memo")] });
    await bot.act("faults", {
      ...{ target: "slack", method: "conversations.info", status: 503, times: 10 },
    });
    await bot.slash("U0ALICE", "run memo where=C0NOWHERE");
    expect(await variablesOf(bot)).toMatchObject({ where: "C0NOWHERE" });
  });

  test("is refused where a program gives it", async () => {
    await using bot = await TestBot.start({ definitions: [note("memo")] });
    const start = (type: "api" | "webhook", variableForm: "json" | "form") =>
      bot.engine.executions.start({
        workflowId: "memo",
        variables: { where: "#nowhere" },
        variableForm,
        trigger: { type },
      });
    await expect(start("api", "json")).rejects.toThrow(NOWHERE);
    await expect(start("webhook", "form")).rejects.toThrow(NOWHERE);
  });

  test("is refused under its field in the form", async () => {
    await using bot = await TestBot.start({
      definitions: [note("memo", { inputs: { where: { type: "channel", required: true } } })],
    });
    await bot.act("slash", {
      ...{ user: "U0ALICE", channel: "C0GENERAL", command: "/workflow", text: "run memo" },
    });
    const view = await dialog(bot, "U0ALICE", /run_form/);
    const answer = await submit(bot, "U0ALICE", view, { "field:where": "#nowhere" });
    expect(JSON.stringify(answer)).toContain("sees no channel");
  });

  test("is refused when a run is retried with it", async () => {
    const failing = note("memo", {
      steps: [{ id: "fail", type: "transform", config: { expression: "1 / int(variables.n)" } }],
      inputs: { ...INPUTS, n: { type: "integer", default: 0 } },
    });
    await using bot = await TestBot.start({ definitions: [failing] });
    await bot.slash("U0ALICE", "run memo");
    const card = await bot.message("C0GENERAL", /The memo: Failed/);
    const run = /Run `?(\w{5})/.exec(contentOf(card))?.[1] ?? "";
    expect(await bot.slash("U0ALICE", `retry ${run} n=1 where=#nowhere`)).toMatch(/no channel/);
    const { executions } = await bot.engine.executions.list({});
    expect(executions.map(({ status }) => status)).toEqual(["failed"]);
  });

  test("is refused under its field in the dialog of a decision", async () => {
    await using bot = await TestBot.start({
      definitions: [
        askWorkflow(
          { editable: { where: { type: "channel" } } },
          { inputs: { where: { type: "channel" } } },
        ),
      ],
    });
    await bot.slash("U0ALICE", "run ask where=#general");
    const card = await bot.message(APPROVALS, /Approval needed/);
    const answer = await decideWith(bot, "U0BOB", APPROVALS, card, "approve", {
      "field:where": "#nowhere",
    });
    expect(JSON.stringify(answer)).toContain("The bot sees no channel");
    expect(await bot.messages(APPROVALS)).toEqual([card]);
  });
});
