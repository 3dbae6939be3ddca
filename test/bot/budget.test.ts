import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/shared/json.ts";
import { contentOf, TestBot, tsOf } from "../support/bot.ts";

const GENERAL = "C0GENERAL";

/** A step that remembers something, then one that asks a large model, under a cap that it does not fit under. */
function judge(limits: JsonObject = {}): JsonObject {
  return {
    id: "judge",
    name: "Judge",
    limits: { maxCostUsd: 0.002, ...limits },
    steps: [
      {
        id: "note",
        name: "Note",
        type: "transform",
        config: { expression: "'noted <before>'" },
        next: "decide",
      },
      {
        id: "decide",
        name: "Decide",
        type: "ai-decision",
        config: {
          model: "gpt-4o",
          prompt: "Classify this ticket: I was charged twice",
          outputFormat: "enum",
          allowedValues: ["billing", "technical"],
        },
        next: { billing: "end", technical: "end" },
      },
    ],
  };
}

/** Bob's run of it, at its cap, with the card that asks him. */
async function capped(limits: JsonObject = {}) {
  const bot = await TestBot.start({ definitions: [judge(limits)], connected: true });
  await bot.slash("U0BOB", "run judge");
  const run = await bot.message(GENERAL, /Waits before \*Decide\* for budget/);
  const ask = await bot.message(GENERAL, /Cost cap reached/, tsOf(run));
  return { bot, run, ask };
}

describe("a run at its cost cap", () => {
  test("asks its owner in its thread, with the figures and what each button does", async () => {
    const { bot, ask } = await capped();
    await using _ = bot;

    const text = contentOf(ask);
    expect(text).toContain("Judge waits before “Decide”");
    expect(text).toContain("*Cap of this run*\\n$0.0020");
    expect(text).toContain("*Spent so far*\\n$0.0000");
    expect(text).toMatch(/\*Add \$1\*: the cap of this run becomes \$1\.0020/);
    expect(text).toMatch(/\*Use gpt-4o-mini\*: for this step alone, at most \$0\.000\d/);
    expect(text).toContain("For <@U0BOB>");
  });

  test("goes on from where it was when the owner adds a dollar, even after a restart", async () => {
    const { bot, run, ask } = await capped();
    await using _ = bot;
    await bot.stopBot();
    await bot.startBot();

    await bot.click("U0BOB", GENERAL, ask, "decide_add");

    const receipt = await bot.message(GENERAL, /Receipt/, tsOf(run));
    expect(contentOf(receipt)).toMatch(/Completed\. Result:.*billing/);
    expect(contentOf(receipt)).toMatch(
      /Cost cap raised\* by \$1\.0000 to \$1\.0020 by <@U0BOB>.*tokens.*waiting for people/,
    );
    expect(contentOf(receipt)).toMatch(/Decide · [\d.]+ s · \$0\.000\d · \d+ tokens/);
    const decided = await bot.message(GENERAL, /Cost cap raised/, tsOf(run));
    expect(tsOf(decided)).toBe(tsOf(ask));
    expect(contentOf(decided)).not.toContain("decide_add");
  });

  test("goes on with the cheaper model when the owner prefers that", async () => {
    const { bot, run, ask } = await capped();
    await using _ = bot;

    await bot.click("U0BOB", GENERAL, ask, "decide_cheaper");

    const receipt = await bot.message(GENERAL, /Receipt/, tsOf(run));
    expect(contentOf(receipt)).toMatch(/continues with gpt-4o-mini, chosen by <@U0BOB>/);
    const [execution] = (await bot.engine.executions.list({ workflowId: "judge" })).executions;
    const calls = await bot.store.calls.list(execution?.executionId ?? "");
    expect(calls.map(({ model }) => model)).toEqual(["gpt-4o-mini"]);
  });

  test("ends when the owner stops it, and shows the results that it had", async () => {
    const { bot, run, ask } = await capped();
    await using _ = bot;

    await bot.click("U0BOB", GENERAL, ask, "decide_stop");

    const end = await bot.message(GENERAL, /Results so far/, tsOf(run));
    expect(contentOf(end)).toMatch(
      /Stopped at the cost cap\* of \$0\.0020 by <@U0BOB>[\s\S]*Note: noted &lt;before&gt;/,
    );
    await bot.message(GENERAL, /Cancelled/);
  });

  test("is decided by its owner alone, and once", async () => {
    const { bot, run, ask } = await capped();
    await using _ = bot;

    await bot.click("U0ALICE", GENERAL, ask, "decide_stop");
    const answer = await bot.until(
      async () => (await bot.privates("U0ALICE", GENERAL, tsOf(run)))[0],
    );
    expect(answer).toMatch(/Only <@U0BOB> can decide/);
    await bot.click("U0BOB", GENERAL, ask, "decide_add");
    await bot.message(GENERAL, /Receipt/, tsOf(run));
    await bot.click("U0BOB", GENERAL, ask, "decide_stop");

    await bot.until(async () =>
      (await bot.privates("U0BOB", GENERAL, tsOf(run))).find((text) =>
        /decided already/.test(text),
      ),
    );
    await bot.message(GENERAL, /Completed/);
  });

  test("fails instead where the definition says so", async () => {
    const bot = await TestBot.start({
      definitions: [judge({ onCostCap: "fail" })],
      connected: true,
    });
    await using _ = bot;

    await bot.slash("U0BOB", "run judge");

    const run = await bot.message(GENERAL, /Failed/);
    await bot.message(GENERAL, /may cost up to .*The model was not called/, tsOf(run));
  });
});

describe("/workflow costs", () => {
  test("tells what was spent by workflow, model and person, of one workflow and of oneself", async () => {
    const { bot, run, ask } = await capped();
    await using _ = bot;
    await bot.click("U0BOB", GENERAL, ask, "decide_add");
    await bot.message(GENERAL, /Receipt/, tsOf(run));

    const all = await bot.slash("U0ALICE", "costs");
    expect(all).toMatch(/Costs of all workflows\*, last 30 days/);
    expect(all).toMatch(/Total: \*\$0\.\d{4}\* · 1 run · 1 call of a model · \d+ tokens/);
    expect(all).toMatch(/\*Workflows\*\\n• Judge: \$0\.\d{4} · 1 call/);
    expect(all).toMatch(/\*Models\*\\n• gpt-4o: \$0\.\d{4}/);
    expect(all).toMatch(/\*People\*\\n• <@U0BOB>: \$0\.\d{4}/);
    expect(await bot.slash("U0BOB", "costs judge days=7")).toMatch(
      /last 7 days[\s\S]*\*Steps\*\\n• `decide`: \$0\.\d{4}[\s\S]*version 1/,
    );
    expect(await bot.slash("U0BOB", "costs me")).toMatch(
      /you started[\s\S]*Judge[\s\S]*Models[\s\S]*gpt-4o/,
    );
    expect(await bot.slash("U0ALICE", "costs me")).toMatch(/Nothing cost anything/);
    expect(await bot.slash("U0ALICE", "costs days=x")).toMatch(
      /“x” is not a number of days from 1 to/,
    );
    expect(await bot.slash("U0ALICE", "costs judg")).toMatch(/judg[\s\S]*judge/);
    const shown = await bot.slash("U0ALICE", "show judge");
    expect(shown).toMatch(/The one completed run of version 1 took [\d.]+ s and \$0\.\d{4}/);
    expect(shown).toContain("Cost cap $0.002 per run, then its starter is asked");
  });
});

test("an admin sets a monthly budget; at 80 % admins are told once, and a run waits until it is raised", async () => {
  await using bot = await TestBot.start({
    definitions: [judge({ maxCostUsd: 1 })],
    connected: true,
    admins: ["U0ALICE"],
  });
  expect(await bot.slash("U0BOB", "budget")).toMatch(
    /You may not see the budgets: only admins may/,
  );
  expect(await bot.slash("U0ALICE", "budget workflow judge 0")).toMatch(
    /the workflow \\?"judge\\?": \$0\.0000 of \$0\.0000 used \(100 %\), set by <@U0ALICE>/,
  );

  await bot.slash("U0BOB", "run judge");

  await bot.message(GENERAL, /for budget .*This month's budget of the workflow/);
  expect(await bot.slash("U0ALICE", "budget workflow judge off")).toMatch(/No monthly budget/);
  expect(await bot.slash("U0ALICE", "budget person bob 5")).toMatch(/Say whose budget/);
  expect(await bot.slash("U0ALICE", "budget all much")).toMatch(
    /“much” is not an amount of dollars/,
  );
});
