import { expect, test } from "vitest";
import { runChaos } from "../support/chaos/chaos.ts";

/** The long form is `npm run chaos -- --seed 7 --executions 300 --kills 40`. */
test("nothing is lost and nothing is done twice by a bot that is killed again and again", async () => {
  const { problems, counts } = await runChaos({ seed: 7, executions: 24, kills: 4 });

  expect(problems).toEqual([]);
  expect(counts.get("kills")).toBe(4);
}, 120_000);
