import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/shared/json.ts";
import { contentOf, TestBot } from "../support/bot.ts";

const text = readFileSync(join(import.meta.dirname, "../../docs/tutorial.md"), "utf8");

const definitions = [...text.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(
  ([, source = ""]): JsonObject => JSON.parse(source),
);

/** The command of the document that begins like this, as it is typed after `/workflow`. */
function typed(start: string): string {
  const lines = [...text.matchAll(/^\/workflow (.*)$/gm)].map(([, line = ""]) => line);
  const found = lines.find((line) => line.startsWith(start));
  if (found === undefined) throw new Error(`docs/tutorial.md has no "/workflow ${start}"`);
  return found;
}

describe("docs/tutorial.md", () => {
  test("the day off is asked for, approved by Bob, and announced", async () => {
    await using bot = await TestBot.start({ definitions, connected: true });

    await bot.slash("U0ALICE", typed("run day-off"));
    const asked = await bot.message("C0APPROVALS", /to be away for 3 days from 2027-03-01/);
    expect(contentOf(asked)).toContain("<@U0ALICE>");
    await bot.click("U0BOB", "C0APPROVALS", asked, "decide_approve");

    await bot.message("C0GENERAL", /<@U0ALICE> is away for 3 days from 2027-03-01/);
    await bot.message("C0GENERAL", /Day off: Completed/);
  });

  test("the bill cannot be split among nobody, and why says so", async () => {
    await using bot = await TestBot.start({ definitions, connected: true });

    await bot.slash("U0ALICE", typed("run split-bill total=90 people=0"));
    await bot.message("C0GENERAL", /Split a bill: Failed/);
    expect(await bot.slash("U0ALICE", typed("run split-bill total=90 people=3"))).toMatch(
      /Started/,
    );
    await bot.message("C0GENERAL", /Split a bill: Completed/);

    expect(await bot.slash("U0ALICE", "runs failed")).toContain("Split a bill");
    for (const command of ["costs", "costs expense-approval"]) typed(command);
    expect(await bot.slash("U0ALICE", typed("costs"))).toMatch(/cost/i);
  });
});
