import { expect, test } from "vitest";
import { z } from "zod";
import { APPROVALS, askWorkflow } from "../support/ask-workflow.ts";
import { contentOf, TestBot } from "../support/bot.ts";

async function channelOf(bot: TestBot, id: string): Promise<unknown> {
  const response = await fetch(`${bot.simulator.url}/sim/channels`);
  const { channels } = z
    .object({ channels: z.array(z.looseObject({ id: z.string() })) })
    .parse(await response.json());
  return channels.find((channel) => channel.id === id);
}

const FINANCE_RUNS = askWorkflow({}, { permissions: { run: ["@finance"] } });

test("/workflow access says what one may do, why, and whom to ask", async () => {
  await using bot = await TestBot.start({ definitions: [FINANCE_RUNS], admins: ["U0CAROL"] });

  const own = await bot.slash("U0BOB", "access ask");
  expect(own).toMatch(/You may run it: you are in <!subteam\^S0FINANCE>\./);
  expect(own).toMatch(/You may not deploy it: only admins may\. Ask <@U0CAROL>\./);
  expect(own).toMatch(
    /You may decide in it, as <!subteam\^S0FINANCE>, but not about runs of your own\./,
  );
  const other = await bot.slash("U0BOB", "access ask <@U0ALICE|alice>");
  expect(other).toMatch(/<@U0ALICE> may deploy it: they are an admin\./);
  expect(await bot.slash("U0BOB", "access ask <@U0DAVE>")).toMatch(
    /<@U0DAVE> may not run it: they are no member of this workspace/,
  );
  expect(await bot.slash("U0BOB", "access ask alice")).toMatch(/"alice" names no person/);
  expect(await bot.slash("U0BOB", "access asks")).toMatch(/Did you mean `\/workflow access ask`/);
  expect(await bot.slash("U0BOB", "access")).toMatch(/Say which workflow/);
  expect(await bot.slash("U0DAVE", "access ask")).toMatch(/Guests/);
  expect(await bot.slash("U0BOB", "help access")).toMatch(/access &lt;id&gt; \[@person\]/);
});

test("members of a channel lose their right when they leave it", async () => {
  const definition = askWorkflow({}, { permissions: { run: ["#approvals"] } });
  await using bot = await TestBot.start({ definitions: [definition] });
  const { members } = z
    .object({ members: z.array(z.string()) })
    .parse(await channelOf(bot, APPROVALS));
  expect(await bot.slash("U0BOB", "run ask")).toMatch(/Started \*Ask\*/);

  const left = members.filter((id) => id !== "U0BOB");
  await bot.act("channel", { channel: "C0APPROVALS", members: left });

  const refusal = await bot.until(async () => {
    const answer = await bot.slash("U0BOB", "run ask");
    return answer.startsWith("Started") ? undefined : answer;
  });
  expect(refusal).toMatch(
    /You may not start "ask": only <#C0APPROVALS> and admins may\. Ask one of/,
  );
});

test("what is sensitive is masked on cards in a channel, and whole for who decides", async () => {
  const iban = "DE02120300000000202051";
  const definition = askWorkflow(
    { message: "Pay to {{variables.iban}} & co" },
    { inputs: { iban: { type: "string", required: true, sensitive: true } } },
  );
  await using bot = await TestBot.start({ definitions: [definition] });
  const started = await bot.slash("U0ALICE", `run ask iban=${iban}`);
  const run = /run `(\w+)`/.exec(started)?.[1] ?? "";

  const card = await bot.message(APPROVALS, /Pay to ••• &amp; co/);
  expect(contentOf(card)).not.toContain(iban);
  const all = [...(await bot.messages("C0GENERAL")), ...(await bot.messages(APPROVALS))];
  expect(JSON.stringify(all)).not.toContain(iban);
  expect(await bot.slash("U0BOB", `status ${run}`)).toMatch(/Ask\*/);

  await bot.click("U0BOB", APPROVALS, card, "decide_approve");
  await bot.message(APPROVALS, /Approved/);
  const { records } = await bot.engine.audit.list({ limit: 100 }, "api");
  expect(JSON.stringify(records)).not.toContain(iban);
  expect(records.find(({ action }) => action === "decide")?.shown?.text).toContain("Pay to •••");
});
