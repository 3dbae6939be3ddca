import { expect, test } from "vitest";
import { openSimulator } from "../../simulator/simulator.ts";
import { BotProcess } from "../support/bot-process.ts";

test("in HTTP mode without API_TOKEN the bot says at the start that it serves no caller, and serves none", async () => {
  await using simulator = await openSimulator({ realistic: false });
  await using bot = await BotProcess.start(simulator, {
    SLACK_APP_TOKEN: "",
    SLACK_SIGNING_SECRET: "simulator",
  });

  expect(bot.output).toMatch(/"level":40[^\n]*set API_TOKEN \(at least 16 characters\)/);
  const statuses = await Promise.all(
    ["/api/workflows", "/api/executions", "/dashboard", "/metrics", "/readyz"].map(
      async (path) => (await fetch(`${bot.url}${path}`)).status,
    ),
  );
  expect(statuses).toEqual([403, 403, 403, 403, 200]);
});
