import { expect, test } from "vitest";
import type { JsonObject } from "../../src/shared/json.ts";
import { contentOf, TestBot } from "../support/bot.ts";
import { dialog } from "../support/dialogs.ts";

/** 20 items with 15 steps each, then a wait. */
const LONG: JsonObject = {
  id: "long",
  name: "Long list",
  limits: { maxSteps: 1000 },
  steps: [
    {
      id: "each",
      type: "foreach",
      config: {
        items: "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]",
        as: "item",
        steps: Array.from({ length: 15 }, (_, index) => ({
          id: `look${index}`,
          type: "transform",
          config: { expression: "variables.item" },
        })),
      },
      next: "rest",
    },
    { id: "rest", name: "Rest", type: "wait", config: { duration: "1h" }, next: "end" },
  ],
};

test("a run of 300 steps stands folded on its card, and a button shows the rest", async () => {
  await using bot = await TestBot.start({ definitions: [LONG] });
  await bot.slash("U0ALICE", "run long");
  const card = await bot.message("C0GENERAL", /\*Rest\* · waits for its time/);
  expect(contentOf(card)).toMatch(/29\d steps before these are over/);
  await bot.click("U0ALICE", "C0GENERAL", card, "show_steps");
  const shown = contentOf(await dialog(bot, "U0ALICE", /look0/));
  for (const part of ["look0", "look14", "(item 1)", "(item 20)", "waits for its time"])
    expect(shown).toContain(part);
});
