import { pino } from "pino";
import { expect, test } from "vitest";
import { openSimulator } from "../../simulator/simulator.ts";
import { systemClock } from "../../src/engine/ports/clock.ts";
import { createSlackNameChecks } from "../../src/slack/name-checks.ts";
import { createSlack } from "../../src/slack/slack.ts";
import { createRateLimits } from "../../src/store/sqlite/rate-limits.ts";

test("channels, people and groups that the workspace does not have are told apart from those it has", async () => {
  await using simulator = await openSimulator({ realistic: false });
  const slack = createSlack({
    botToken: "xoxb-simulator",
    apiUrl: simulator.apiUrl,
    limits: createRateLimits(),
    clock: systemClock,
    logger: pino({ level: "silent" }),
  });
  const { channel, approver, permission } = createSlackNameChecks(slack);
  const said = async (check: typeof channel, name: string): Promise<string | null> => {
    const doubt = await check?.(name);
    return doubt ? `${doubt.message}. ${doubt.fix}` : null;
  };

  for (const name of ["#general", "general", "C0GENERAL", "<#C0GENERAL|general>", "U0BOB"])
    expect(await said(channel, name)).toBeNull();
  for (const name of ["#nowhere", "general channel", "C0NOWHERE"])
    expect(await said(channel, name)).toBe(
      `the bot is in no channel "${name}". Check the name, and invite the bot there: type /invite and its name in the channel.`,
    );
  for (const name of ["@finance", "finance", "S0FINANCE", "U0BOB"])
    expect(await said(approver, name)).toBeNull();
  expect(await said(approver, "bob@example.com")).toBe(
    'there is no user group "bob@example.com". Name people by their ids (U…) and user groups by their handles (@finance).',
  );
  expect(await said(approver, "U0NOBODY")).toBe(
    'there is no person "U0NOBODY" in this workspace. Copy the member id from the person\'s profile in Slack.',
  );
  expect(await said(approver, "U0DAVE")).toBe(
    "dave is a guest, a bot or from another organization, and cannot decide. Name a member of the workspace.",
  );
  for (const name of ["@finance", "#general", "C0GENERAL", "<#C0GENERAL|general>", "U0BOB"])
    expect(await said(permission, name)).toBeNull();
  expect(await said(permission, "@finanze")).toMatch(/^there is no user group "@finanze"/);
  expect(await said(permission, "#nowhere")).toMatch(/^the bot is in no channel "#nowhere"/);
  expect(await said(permission, "U0NOBODY")).toMatch(/^there is no person "U0NOBODY"/);
});
