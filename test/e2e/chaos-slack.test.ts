import { expect, test } from "vitest";
import { runChaosSlack } from "../support/chaos-slack/chaos-slack.ts";

/** The long form is `npm run chaos:slack -- --seed 7 --seconds 180`. */
test("in a workspace where everything goes wrong nothing is lost or doubled, and everybody gets an answer", async () => {
  const { problems, counts } = await runChaosSlack({
    seed: 11,
    seconds: 15,
    share: 0.25,
    errands: 30,
  });

  expect(problems).toEqual([]);
  expect(counts.get("trouble: kill")).toBe(1);
  expect(counts.get("runs completed")).toBeGreaterThan(5);
}, 180_000);
