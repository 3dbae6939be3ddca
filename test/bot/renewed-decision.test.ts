import { expect, test } from "vitest";
import { type JsonObject, toObjects } from "../../simulator/json.ts";
import { APPROVALS, askWorkflow } from "../support/ask-workflow.ts";
import { contentOf, TestBot, tsOf } from "../support/bot.ts";
import { startLoopbackServer } from "../support/loopback-server.ts";

const expenses = (url: string): JsonObject => ({
  id: "expenses",
  name: "Expenses",
  inputs: { amount: { type: "number", required: true } },
  steps: [
    {
      id: "ask",
      type: "approval",
      config: {
        channel: "#approvals",
        title: "Pay {{variables.amount}}?",
        approvers: ["@finance"],
      },
      next: { approve: "ticket", reject: "end" },
    },
    {
      id: "ticket",
      name: "Create ticket",
      type: "transform",
      config: { expression: "{'number': 7}" },
      next: "pay",
    },
    {
      id: "pay",
      name: "Pay",
      type: "service",
      config: {
        service: "http",
        method: "POST",
        url,
        body: { amount: "{{variables.amount}}", ticket: "{{stepResults.ticket.output.number}}" },
      },
    },
  ],
});

test("an approver sees what is done, and nothing else is done: a changed amount is asked for again", async () => {
  let isOpen = false;
  await using bank = await startLoopbackServer((_request, response) => {
    response.writeHead(isOpen ? 200 : 400).end();
  });
  await using bot = await TestBot.start({ definitions: [expenses(bank.url)], connected: true });
  await bot.slash("U0ALICE", "run expenses amount=10");
  const card = await bot.message(APPROVALS, /Pay 10\?/);
  expect(contentOf(card)).toMatch(
    /What your decision releases.*\*Pay\* \(Approve\): Sends POST .*amount\\+":10.*‹stepResults.ticket.output.number, filled later by Create ticket›/,
  );
  await bot.click("U0BOB", APPROVALS, card, "decide_approve");
  const run = await bot.message("C0GENERAL", /Failed|failed/);
  isOpen = true;

  const id = /Run `([0-9a-f]{5})`/.exec(contentOf(card))?.[1] ?? "";
  await bot.slash("U0ALICE", `retry ${id} amount=20000`);

  await bot.message("C0GENERAL", /Retried by <@U0ALICE>.*amount 10 → \*20000\*/, tsOf(run));
  const again = await bot.message(APPROVALS, /needed: Pay 20000\?/);
  expect(contentOf(again)).toMatch(/Asked again.*Nothing has happened yet.*`10` → `20000`/);
  const former = await bot.message(APPROVALS, /\*Approved\* by <@U0BOB>.*no longer holds/);
  expect(contentOf(former)).toMatch(/\*amount\*\\n10/);
  expect(bank.received).toHaveLength(1);

  await bot.click("U0BOB", APPROVALS, card, "decide_approve");
  const [refusal, link] = await bot.until(async () => {
    const answers = await bot.privates("U0BOB", APPROVALS);
    return answers.length === 2 ? answers : undefined;
  });
  expect(refusal).toMatch(/out of date. Decide on the newest card/);
  expect(link).toMatch(
    /asked again on a newer card; this one decides nothing.*Pay 20000\?.*Open its card/,
  );
  await bot.click("U0CAROL", APPROVALS, again, "decide_approve");
  await bot.message(APPROVALS, /Pay 20000.*\*Approved\* by <@U0CAROL>/);
  await bot.until(async () => bank.received[1]);
  expect(bank.received.map(({ body }): unknown => JSON.parse(body))).toEqual([
    { amount: 10, ticket: 7 },
    { amount: 20_000, ticket: 7 },
  ]);
});

test("a card names the channel of what a decision releases as its author does", async () => {
  const post = { service: "slack", channel: "#general", message: "It is approved." };
  const asked = askWorkflow();
  const steps = [
    { ...toObjects(asked["steps"])[0], next: { approve: "post", reject: "end" } },
    { id: "post", type: "service", config: post },
  ];
  await using bot = await TestBot.start({ definitions: [{ ...asked, steps }], connected: true });
  await bot.slash("U0ALICE", "run ask");

  const card = contentOf(await bot.message(APPROVALS, /What your decision releases/));

  expect(card).toMatch(/Posts to #general: .*It is approved\./);
  expect(card).not.toContain("C0GENERAL");
});
