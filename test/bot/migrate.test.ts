import { expect, test } from "vitest";
import type { JsonObject } from "../../src/shared/json.ts";
import { contentOf, TestBot, tsOf } from "../support/bot.ts";

function asking(title: string): JsonObject {
  const config = { title, approvers: ["U0BOB"] };
  return {
    id: "asking",
    name: "Asking",
    triggers: [{ type: "slash" }],
    steps: [{ id: "ask", type: "approval", config, next: { approve: "end", reject: "end" } }],
  };
}

test("an approval is asked anew by the version with which a run goes on; the old card decides nothing", async () => {
  await using bot = await TestBot.start({ definitions: [asking("Old text")] });
  await bot.slash("U0CAROL", "run asking");
  const card = await bot.message("C0GENERAL", /Asking: Waiting/);
  const run = /Run `?(\w{5})/.exec(contentOf(card))?.[1] ?? "";
  const thread = tsOf(card);
  const old = await bot.message("C0GENERAL", /Approval needed: Old text/, thread);
  await bot.engine.workflows.deploy(asking("New text"), { by: "test" });

  expect(await bot.slash("U0BOB", `migrate ${run}`)).toMatch(
    /You may not migrate runs of .*: only admins may/,
  );
  expect(await bot.slash("U0ALICE", `migrate ${run}`)).toMatch(/from version 1 to version 2/);

  const asked = await bot.message("C0GENERAL", /Approval needed: New text/, thread);
  await bot.message("C0GENERAL", /Continues with version 2 instead of 1, by <@U0ALICE>/, thread);
  await bot.message("C0GENERAL", /Old text.*asked again.*Decide on the newest card/, thread);
  await bot.message("C0GENERAL", /version 2/);
  expect(await bot.slash("U0CAROL", `status ${run}`)).toMatch(/Continues with version 2/);
  expect(await bot.slash("U0ALICE", `migrate ${run}`)).toMatch(/has version 2 already/);

  // Somebody who had not seen the change yet.
  await bot.click("U0BOB", "C0GENERAL", old, "decide_approve");
  await bot.until(async () =>
    (await bot.privates("U0BOB", "C0GENERAL", thread)).find((text) => /out of date/.test(text)),
  );
  await bot.click("U0BOB", "C0GENERAL", asked, "decide_approve");
  await bot.message("C0GENERAL", /Asking: Completed/);
  await bot.message("C0GENERAL", /New text.*Approved.*by <@U0BOB>/, thread);
});
