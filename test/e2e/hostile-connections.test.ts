import { expect, test } from "vitest";
import { openSimulator } from "../../simulator/simulator.ts";
import { attack, useHonestly } from "../support/hostile-load.ts";
import { startReachableBot } from "../support/reachable-bot.ts";
import { until } from "../support/until.ts";

test("hostile connections of all kinds keep none of those out who may use the bot", async () => {
  await using simulator = await openSimulator({ realistic: false });
  await using started = await startReachableBot(simulator);
  const { bot, target } = started;
  const end = new AbortController();
  const attacking = attack(target, 120, end.signal);
  const begun = performance.now();

  const using = useHonestly(target, end.signal);
  await until(async () => (performance.now() - begun > 4000 ? true : undefined));
  end.abort();
  await attacking;
  const { answered, refused } = await using;

  expect(refused).toEqual([]);
  // Slack, a program, a webhook's sender and a supervisor.
  expect(answered).toBeGreaterThanOrEqual(4);
  expect((await fetch(`${bot.url}/healthz`)).status).toBe(200);
  expect(bot.output).not.toMatch(/"level":(?:50|60)/);
});
