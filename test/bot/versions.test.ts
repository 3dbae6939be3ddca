import { expect, test } from "vitest";
import { askWorkflow } from "../support/ask-workflow.ts";
import { TestBot } from "../support/bot.ts";

const first = askWorkflow();
const second = { ...first, limits: { maxCostUsd: 3 }, report: { channel: "#general" } };

test("an admin sees what changed and rolls back; a member sees it and may not", async () => {
  await using bot = await TestBot.start({ definitions: [first, second] });

  expect(await bot.slash("U0BOB", "versions ask")).toMatch(
    /version 2 · \*active\*[\s\S]*version 1/,
  );
  expect(await bot.slash("U0BOB", "diff ask")).toMatch(
    /version 1 → 2[\s\S]*report → #general[\s\S]*limit `maxCostUsd`: `0\.5` → `3`/,
  );
  expect(await bot.slash("U0BOB", "rollback ask")).toMatch(
    /You may not deploy .*: only admins may/,
  );
  expect(await bot.slash("U0BOB", "help versions")).not.toContain("rollback &lt;id");
  expect(await bot.slash("U0ALICE", "help versions")).toContain("rollback &lt;id&gt; [version]");

  expect(await bot.slash("U0ALICE", "rollback ask")).toMatch(
    /version 1 is active now, before it was 2[\s\S]*activate ask 2/,
  );

  expect(await bot.engine.workflows.get("ask")).toMatchObject({ version: 1 });
  expect(await bot.slash("U0ALICE", "rollback ask")).toMatch(/is the first/);
  expect(await bot.slash("U0ALICE", "activate ask v2")).toMatch(/version 2 is active now/);
  expect(await bot.slash("U0ALICE", "activate ask two")).toMatch(
    /“two” is not the number of a version/,
  );
});
