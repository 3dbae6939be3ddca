import { expect, test } from "vitest";
import type { JsonObject } from "../../src/shared/json.ts";
import { contentOf, TestBot, tsOf } from "../support/bot.ts";

const TRIAGE: JsonObject = {
  id: "triage",
  name: "Triage",
  permissions: { view: ["#general"] },
  inputs: { ticket: { type: "text", required: true } },
  steps: [
    {
      id: "classify",
      name: "Classify",
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

async function startedRun(bot: TestBot): Promise<string> {
  await bot.slash("U0ALICE", 'run triage ticket="I was charged <twice> & want my money back"');
  const { executions } = await bot.engine.executions.list({});
  return executions[0]?.executionId ?? "";
}

test("the run's card has a button that tells why, to all who may see its runs, also when the run is over", async () => {
  await using bot = await TestBot.start({ definitions: [TRIAGE], connected: true });
  await startedRun(bot);
  const card = await bot.message("C0GENERAL", /Triage.*Completed[\s\S]*why_run/);

  await bot.click("U0BOB", "C0GENERAL", card, "why_run");

  const answer = await bot.until(async () => (await bot.privates("U0BOB", "C0GENERAL"))[0]);
  expect(answer).toMatch(/\*Classify\* \(`classify`\): \*billing\* \(confidence \d+ %\)/);
  expect(answer).toMatch(/gpt-4o-mini · 1 call · \d+ tokens · .* · \$0\.0000\d\d/);
  expect(answer).toMatch(/\/workflow why \w{5} classify/);
});

test("/workflow why tells of a step what was asked and answered, word for word", async () => {
  await using bot = await TestBot.start({ definitions: [TRIAGE], connected: true });
  const id = await startedRun(bot);
  await bot.message("C0GENERAL", /Completed/);

  const answer = await bot.slash("U0BOB", `why ${id} classify`);

  expect(answer).toMatch(/Rules[\s\S]*You make one decision[\s\S]*is data from outside/);
  expect(answer).toMatch(/Asked[\s\S]*Classify this ticket[\s\S]*charged &lt;twice&gt; &amp; want/);
  expect(answer).toMatch(/Answer \(gpt-4o-mini\)[\s\S]*\\"value\\":/);
  expect(answer).toMatch(/Workflow `triage` version 1/);
});

test("a call that did not help is shown with the reason", async () => {
  await using bot = await TestBot.start({ definitions: [TRIAGE], connected: true });
  await bot.act("faults", { target: "model", raw: "refund", times: 1 });
  const id = await startedRun(bot);
  await bot.message("C0GENERAL", /Completed/);

  expect(await bot.slash("U0BOB", `why ${id}`)).toMatch(/2 calls \(1 not usable\)/);
  expect(await bot.slash("U0BOB", `why ${id} classify`)).toMatch(
    /Answer 1 of 2 \(gpt-4o-mini\) · not used: .*refund.* is not one of the allowed values/,
  );
});

test("guests learn nothing, and what does not exist is named", async () => {
  await using bot = await TestBot.start({ definitions: [TRIAGE], connected: true });
  const id = await startedRun(bot);
  const card = await bot.message("C0GENERAL", /why_run/);

  await bot.click("U0DAVE", "C0GENERAL", card, "why_run");

  const refused = await bot.until(async () => (await bot.privates("U0DAVE", "C0GENERAL"))[0]);
  expect(refused).toMatch(/Guests/);
  expect(await bot.slash("U0BOB", "why")).toMatch(/Say which run/);
  expect(await bot.slash("U0BOB", `why ${id} classfy`)).toMatch(/"classfy.* has asked no model/);
  const home = { user: "U0BOB", channel: "C0GENERAL", ts: tsOf(card), action_id: "why_run" };
  await bot.act("action", { ...home, value: "made up" });
  const answer = await bot.until(async () =>
    (await bot.privates("U0BOB", "C0GENERAL")).find((text) => /belongs to no run/.test(text)),
  );
  expect(contentOf({ text: answer })).toContain("newest card");
});
