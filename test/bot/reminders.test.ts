import { describe, expect, test } from "vitest";
import { APPROVALS, askWorkflow } from "../support/ask-workflow.ts";
import { contentOf, TestBot, tsOf } from "../support/bot.ts";
import { dialog, submit } from "../support/dialogs.ts";

const TITLE = /Shall we/;

async function startAsked(config: Parameters<typeof askWorkflow>[0]) {
  const bot = await TestBot.start({ definitions: [askWorkflow(config)] });
  await bot.slash("U0ALICE", "run ask");
  return { bot, card: await bot.message(APPROVALS, /Approval needed/) };
}

describe("a request that nobody answers", () => {
  test("is reminded of in the thread of its card, once, and no more when it is decided", async () => {
    const { bot, card } = await startAsked({ approvers: ["U0BOB", "U0CAROL"], remindAfter: 100 });
    await using _ = bot;

    const reminder = await bot.message(APPROVALS, /<@U0BOB>, <@U0CAROL>: :bell:/, tsOf(card));
    expect(contentOf(reminder)).toMatch(/still waits for your decision/);
    await bot.message(APPROVALS, /:bell: Reminded/);

    await bot.click("U0BOB", APPROVALS, card, "decide_approve");
    await bot.message(APPROVALS, /is over; nothing is left to do/, tsOf(card));
    expect(await bot.messages(APPROVALS, tsOf(card))).toHaveLength(2);
  });

  test("names in its reminder those alone who have not voted", async () => {
    const { bot, card } = await startAsked({
      approvers: ["U0BOB", "U0CAROL"],
      required: 2,
      remindAfter: 2000,
    });
    await using _ = bot;

    await bot.click("U0BOB", APPROVALS, card, "decide_approve");

    const reminder = await bot.message(APPROVALS, /<@U0CAROL>: :bell:/, tsOf(card));
    expect(contentOf(reminder)).not.toContain("<@U0BOB>");
  });

  test("is reminded of after a restart, too", async () => {
    const { bot, card } = await startAsked({ remindAfter: 1500 });
    await using _ = bot;
    await bot.stopBot();
    await bot.startBot();

    await bot.message(APPROVALS, /<!subteam\^S0FINANCE>: :bell:/, tsOf(card));
    expect(await bot.messages(APPROVALS, tsOf(card))).toHaveLength(2);
  });

  test("asks more people, who then may decide", async () => {
    const { bot, card } = await startAsked({
      approvers: ["U0BOB"],
      escalateTo: ["U0CAROL"],
      escalateAfter: 100,
    });
    await using _ = bot;

    await bot.message(APPROVALS, /<@U0CAROL>: :arrow_double_up:/, tsOf(card));
    const escalated = await bot.message(APPROVALS, /<@U0CAROL> may decide, too/);
    expect(contentOf(escalated)).toMatch(/For <@U0BOB>, <@U0CAROL>/);
    await bot.click("U0CAROL", APPROVALS, escalated, "decide_approve");
    await bot.message(APPROVALS, /\*Approved\* by <@U0CAROL>/);
  });
});

test("people who have the card in a direct message are reminded there, as long as they have not voted", async () => {
  const approval = {
    title: "Shall we?",
    approvers: ["U0BOB", "U0CAROL"],
    required: 2,
    remindAfter: 1500,
  };
  const next = { approve: "end", reject: "end" };
  const steps = [{ id: "approve", type: "approval", config: approval, next }];
  await using bot = await TestBot.start({ definitions: [{ id: "ask", name: "Ask", steps }] });
  await bot.slash("U0ALICE", "run ask", "D0ALICE");
  const card = await bot.message("D0BOB", /Approval needed/);
  await bot.click("U0BOB", "D0BOB", card, "decide_approve");

  await bot.message("D0CAROL", /:bell: .*still waits for your decision/);

  const bobs = (await bot.messages("D0BOB")).map(contentOf);
  expect(bobs.filter((text) => /still waits/.test(text))).toEqual([]);
});

test("who approved other values than the next one hears that it counts no more", async () => {
  const inputs = { amount: { type: "number" } };
  const editable = { amount: { type: "number" } };
  const definition = askWorkflow({ editable, required: 2 }, { inputs });
  await using bot = await TestBot.start({ definitions: [definition] });
  await bot.slash("U0ALICE", "run ask amount=500");
  const card = await bot.message(APPROVALS, /Approval needed/);
  await bot.click("U0BOB", APPROVALS, card, "decide_approve");
  await submit(bot, "U0BOB", await dialog(bot, "U0BOB", /field:amount/));
  await bot.message(APPROVALS, /1 so far/);

  await bot.click("U0CAROL", APPROVALS, card, "decide_approve");
  const form = await dialog(bot, "U0CAROL", /field:amount/);
  await submit(bot, "U0CAROL", form, { "field:amount": "450" });

  await bot.message(APPROVALS, /of <@U0BOB> no longer counts: <@U0CAROL> changed the values/);
  await bot.message(
    APPROVALS,
    /<@U0BOB>: :warning: Your decision on .* no longer counts/,
    tsOf(card),
  );
});

test("whom a request is handed to hears of it in a direct message", async () => {
  const { bot, card } = await startAsked({ approvers: ["U0BOB"] });
  await using _ = bot;
  await bot.click("U0BOB", APPROVALS, card, "delegate");
  const view = await dialog(bot, "U0BOB", /Who decides instead of you/);

  await submit(bot, "U0BOB", view, { person: "U0CAROL" });

  expect(contentOf(await bot.message("D0CAROL", TITLE))).toMatch(
    /<@U0BOB> handed you the decision about \*Shall we\?\*/,
  );
});

test("the requests of a list say which item each is about", async () => {
  const approve = {
    id: "approve",
    type: "approval",
    config: { channel: "#approvals", title: "Order?", approvers: ["U0BOB"] },
    next: { approve: "end", reject: "end" },
  };
  await using bot = await TestBot.start({
    definitions: [
      {
        id: "orders",
        name: "Orders",
        steps: [
          {
            id: "each",
            type: "foreach",
            config: {
              items: "['chair', '<!channel>']",
              as: "order",
              concurrency: 2,
              steps: [approve],
            },
            next: "end",
          },
        ],
      },
    ],
  });
  await bot.slash("U0ALICE", "run orders");

  await bot.message(APPROVALS, /\*Item 1 of 2\*: chair/);
  expect(contentOf(await bot.message(APPROVALS, /\*Item 2 of 2\*/))).toContain("&lt;!channel&gt;");
});

test("a text that is sent back comes again on a new card, so often as is allowed", async () => {
  const review = {
    id: "review",
    name: "Review",
    steps: [
      {
        id: "write",
        type: "transform",
        config: { expression: "'text'" },
        next: "approve",
      },
      {
        id: "approve",
        type: "approval",
        config: {
          channel: "#approvals",
          title: "Publish?",
          approvers: ["U0BOB"],
          maxRounds: 1,
          choices: [
            { id: "approve", label: "Publish" },
            { id: "changes", label: "Request changes", comment: "required" },
            { id: "reject", label: "Throw away" },
          ],
        },
        next: { approve: "end", changes: "write", reject: "end" },
      },
    ],
  };
  await using bot = await TestBot.start({ definitions: [review] });
  await bot.slash("U0ALICE", "run review");
  const first = await bot.message(APPROVALS, /Approval needed/);
  await bot.click("U0BOB", APPROVALS, first, "decide_changes");
  const form = await dialog(bot, "U0BOB", /"comment"/);
  await submit(bot, "U0BOB", form, { comment: "Shorter, please" });
  await bot.message(APPROVALS, /Request changes\*.*Shorter, please/);
  const second = await bot.message(APPROVALS, /Round 2, after 1 of at most 1/);

  // The first card is of the past, whatever an old client still shows.
  await bot.click("U0BOB", APPROVALS, first, "decide_approve");
  expect(await bot.until(async () => (await bot.privates("U0BOB", APPROVALS))[0])).toMatch(
    /card is out of date/,
  );
  await bot.click("U0BOB", APPROVALS, second, "decide_changes");
  await dialog(bot, "U0BOB", /sent back once already.*What remains: Publish, Throw away/);
  await bot.click("U0BOB", APPROVALS, second, "decide_approve");
  await bot.message(APPROVALS, /\*Publish\* by <@U0BOB>/);
});
