import { WebClient } from "@slack/web-api";
import { expect, test } from "vitest";
import { openSimulator, type Simulator } from "../../simulator/simulator.ts";
import { createGroupMembers } from "../../src/slack/members.ts";
import { ManualClock } from "../support/manual-clock.ts";

const FINANCE = "S0FINANCE";

/** Members read from a simulator, by a clock that the test moves. */
async function open() {
  const simulator = await openSimulator({ realistic: false });
  const clock = new ManualClock();
  const client = new WebClient("xoxb-simulator", {
    slackApiUrl: simulator.apiUrl,
    rejectRateLimitedCalls: true,
    retryConfig: { retries: 0 },
  });
  return { simulator, clock, members: createGroupMembers(client, clock) };
}

function reads(simulator: Simulator): number {
  return simulator.workspace.traffic.calls("usergroups.users.list").length;
}

async function limit(simulator: Simulator): Promise<void> {
  await fetch(`${simulator.url}/sim/faults`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      target: "slack",
      method: "usergroups.users.list",
      retry_after: 30,
      times: 1,
    }),
  });
}

test("clicks that come together ask Slack once, later ones anew", async () => {
  const { simulator, clock, members } = await open();
  await using _closed = simulator;

  const together = await Promise.all([
    members.of(FINANCE),
    members.of(FINANCE),
    members.of(FINANCE),
  ]);
  for (const answer of together) expect(answer).toEqual(["U0BOB", "U0CAROL"]);
  expect(reads(simulator)).toBe(1);

  await clock.advance(2000);
  await members.of(FINANCE);
  expect(reads(simulator)).toBe(2);
});

test("while Slack takes no more calls, what was read within a minute serves", async () => {
  const { simulator, clock, members } = await open();
  await using _closed = simulator;
  await members.of(FINANCE);

  await limit(simulator);
  await clock.advance(30_000);
  expect(await members.of(FINANCE)).toEqual(["U0BOB", "U0CAROL"]);

  await limit(simulator);
  await clock.advance(60_000);
  await expect(members.of(FINANCE)).rejects.toMatchObject({ code: "slack_unavailable" });
});

test("a group that is not there has no members to read", async () => {
  const { simulator, members } = await open();
  await using _closed = simulator;

  expect(await members.of("S0NOBODY")).toBeNull();
});
