import { expect, test } from "vitest";
import { openSimulator } from "../../simulator/simulator.ts";
import { Person } from "../../simulator/test/support/person.ts";
import { BotProcess } from "../support/bot-process.ts";

test.for([
  [
    "revoke",
    "tokens",
    /Slack no longer takes SLACK_BOT_TOKEN \(token_revoked\).*start the bot again/,
  ],
  ["revoke", "uninstall", /Slack no longer takes SLACK_BOT_TOKEN \(account_inactive\)/],
  ["disconnect", "link_disabled", /Socket Mode was switched off for this app \(link_disabled\)/],
] as const)(
  "a bot that Slack takes no more (%s %s) says what to do and ends as with a wrong token",
  async ([action, kind, remedy]) => {
    await using simulator = await openSimulator({ realistic: false });
    await using bot = await BotProcess.start(simulator);
    const alice = new Person(simulator.url, "U0ALICE");

    await alice.act(action, { kind });

    const code = await alice.until(async () => bot.exitCode ?? undefined);
    expect(code).toBe(78);
    expect(bot.output).toMatch(remedy);
    expect(bot.output).toContain("Slack refuses the bot");
  },
);

test("a bot whose token Slack refused by mistake stays", async () => {
  await using simulator = await openSimulator({ realistic: false });
  await using bot = await BotProcess.start(simulator);
  const alice = new Person(simulator.url, "U0ALICE");
  const fault = { target: "slack", method: "users.info", error: "invalid_auth", times: 1 };
  await fetch(`${simulator.url}/sim/faults`, { method: "POST", body: JSON.stringify(fault) });

  await alice.act("slash", { channel: "C0GENERAL", command: "/workflow", text: "list" });

  await alice.until(async () =>
    bot.output.includes("Slack still takes the bot token") ? true : undefined,
  );
  expect((await fetch(`${bot.url}/readyz`)).status).toBe(200);
  const metrics = await (await fetch(`${bot.url}/metrics`)).text();
  expect(metrics).toContain(
    'heddle_slack_calls_total{method="users.info",outcome="refused_token"} 1',
  );
  expect(metrics).toContain("heddle_slack_sockets_open 1");
  expect(metrics).toMatch(/heddle_slack_last_received_timestamp_seconds 1\.?\d/);
});
