import { describe, expect, test } from "vitest";
import { type JsonObject, toObjects } from "../../simulator/json.ts";
import { APPROVALS, askWorkflow } from "../support/ask-workflow.ts";
import { TestBot, tsOf } from "../support/bot.ts";

/** A question whose card has a button for a dialog, and one that shows the rest. */
async function startAsked() {
  const config = {
    message: "word ".repeat(3000),
    choices: [
      { id: "approve", label: "Approve" },
      { id: "reject", label: "Reject", comment: "required" },
    ],
  };
  const bot = await TestBot.start({ definitions: [askWorkflow(config)] });
  await bot.slash("U0ALICE", "run ask");
  return { bot, card: await bot.message(APPROVALS, /Approval needed/) };
}

function refuse(bot: TestBot, method: string, error: string): Promise<JsonObject> {
  return bot.act("faults", { target: "slack", method, error, times: 1 });
}

async function showAll(bot: TestBot, card: JsonObject): Promise<void> {
  const value = toObjects(card["blocks"])
    .flatMap((block) => [...toObjects(block["elements"]), ...toObjects([block["accessory"]])])
    .find((element) => element["action_id"] === "show_request")?.["value"];
  await bot.act("action", {
    user: "U0BOB",
    channel: APPROVALS,
    ts: tsOf(card),
    action_id: "show_request",
    value: value ?? "",
  });
}

function answer(bot: TestBot): Promise<string> {
  return bot.until(async () => (await bot.privates("U0BOB", APPROVALS))[0]);
}

describe("a click whose dialog Slack does not show is answered", () => {
  test.for([
    ["expired_trigger_id", /did not open the dialog in time/],
    ["exchanged_trigger_id", /did not open the dialog in time/],
    ["view_too_large", /too large for Slack/],
    ["push_limit_reached", /Too many dialogs are open/],
    ["invalid_arguments", /Slack refused opening the dialog/],
  ] as const)("when all that is asked is wanted: %s", async ([error, words]) => {
    const { bot, card } = await startAsked();
    await using _ = bot;
    await refuse(bot, "views.open", error);
    await showAll(bot, card);
    expect(await answer(bot)).toMatch(words);
  });

  test.for([
    ["views.open", "ratelimited", /no more requests at the moment/],
    ["views.open", "duplicate_external_id", /open it again/],
    ["views.update", "view_too_large", /too large for Slack/],
    ["views.update", "hash_conflict", /changed meanwhile/],
  ] as const)("%s: %s", async ([method, error, words]) => {
    const { bot, card } = await startAsked();
    await using _ = bot;
    await refuse(bot, method, error);
    await showAll(bot, card);
    expect(await answer(bot)).toMatch(words);
  });

  test("but not a dialog that the person closed before it was filled in", async () => {
    const { bot, card } = await startAsked();
    await using _ = bot;
    await refuse(bot, "views.update", "not_found");
    await showAll(bot, card);
    await bot.until(async () => ((await bot.calls("views.update")).length > 0 ? true : undefined));
    await bot.click("U0CAROL", APPROVALS, card, "decide_approve");
    await bot.message(APPROVALS, /\*Approved\*/);
    expect(await bot.privates("U0BOB", APPROVALS)).toEqual([]);
  });
});
