import { expect, test } from "vitest";
import { TestBot } from "../support/bot.ts";

test("/workflow prompts shows prompts with their versions; admins choose which is asked", async () => {
  await using bot = await TestBot.start({ definitions: [] });
  expect(await bot.slash("U0BOB", "prompts")).toMatch(/no named prompts/);

  expect(await bot.slash("U0ALICE", 'prompts urgency add text="Is it urgent?"')).toMatch(
    /Version 1 of `urgency` is stored\. It is asked/,
  );
  expect(
    await bot.slash("U0ALICE", 'prompts urgency add text="Is it <really> urgent?" note="stricter"'),
  ).toMatch(/Version 2.*is stored\. Try it.*split v2 20/);
  expect(await bot.slash("U0ALICE", "prompts urgency split v2 20%")).toMatch(
    /v1 is asked, v2 in 20 % of new runs/,
  );
  expect(await bot.slash("U0BOB", "prompts")).toMatch(/`urgency` · v1 is asked, v2 in 20 %/);
  expect(await bot.slash("U0ALICE", "prompts urgency promote v2")).toMatch(/v2 is asked\./);
  const card = await bot.slash("U0BOB", "prompts urgency");
  expect(card).toMatch(/\*v2\*: stricter · by <@U0ALICE>/);
  expect(card).toMatch(/not asked yet/);
  expect(card).toMatch(/Text of v2[\s\S]*Is it &lt;really&gt; urgent\?/);
  expect(await bot.slash("U0ALICE", "prompts urgency rollback")).toMatch(/back again, v1 is asked/);
});

test("only admins change prompts, and mistakes are named", async () => {
  await using bot = await TestBot.start({ definitions: [] });
  await bot.slash("U0ALICE", 'prompts urgency add text="Is it urgent?"');

  expect(await bot.slash("U0BOB", "prompts urgency promote v1")).toMatch(/Only admins/);
  expect(await bot.slash("U0ALICE", "prompts urgncy")).toMatch(/Did you mean "urgency"/);
  expect(await bot.slash("U0ALICE", "prompts urgency promote two")).toMatch(
    /“two” is not a number/,
  );
  expect(await bot.slash("U0ALICE", "prompts urgency delete")).toMatch(
    /“delete” is not known for prompts/,
  );
});
