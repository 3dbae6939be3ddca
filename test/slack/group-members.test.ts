import { WebClient } from "@slack/web-api";
import { expect, test } from "vitest";
import { openSimulator, type Simulator } from "../../simulator/simulator.ts";
import { createGroupFinder } from "../../src/slack/groups.ts";
import { ManualClock } from "../support/manual-clock.ts";

const FINANCE = "S0FINANCE";
const MEMBERS = "usergroups.users.list";

/** Members read from a simulator, by a clock that the test moves. */
async function open() {
  const simulator = await openSimulator({ realistic: false });
  const clock = new ManualClock();
  const client = new WebClient("xoxb-simulator", {
    slackApiUrl: simulator.apiUrl,
    rejectRateLimitedCalls: true,
    retryConfig: { retries: 0 },
  });
  const groups = createGroupFinder(client, clock);
  return { simulator, clock, groups, members: groups.members };
}

function reads(simulator: Simulator): number {
  return simulator.workspace.traffic.calls(MEMBERS).length;
}

async function limit(simulator: Simulator, ...methods: readonly string[]): Promise<void> {
  for (const method of methods) {
    await fetch(`${simulator.url}/sim/faults`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ target: "slack", method, retry_after: 30, times: 1 }),
    });
  }
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

  await limit(simulator, MEMBERS);
  await clock.advance(30_000);
  expect(await members.of(FINANCE)).toEqual(["U0BOB", "U0CAROL"]);

  await limit(simulator, MEMBERS, "usergroups.list");
  await clock.advance(60_000);
  await expect(members.of(FINANCE)).rejects.toMatchObject({ code: "slack_limited" });
});

test("a group that is not there has no members to read", async () => {
  const { simulator, members } = await open();
  await using _closed = simulator;

  expect(await members.of("S0NOBODY")).toBeNull();
});

test("when Slack takes no more questions about single groups, all are read at once", async () => {
  const { simulator, members } = await open();
  await using _closed = simulator;

  await limit(simulator, MEMBERS);
  expect(await members.of(FINANCE)).toEqual(["U0BOB", "U0CAROL"]);
  expect(await members.of("S0ONCALL")).toEqual(["U0ALICE", "U0BOB"]);
  expect(reads(simulator)).toBe(1);
});

test("what is only shown may be a minute old, and is asked anew when the group changed", async () => {
  const { simulator, clock, groups, members } = await open();
  await using _closed = simulator;

  await members.of(FINANCE, "recent");
  await clock.advance(59_000);
  await members.of(FINANCE, "recent");
  expect(reads(simulator)).toBe(1);

  groups.forget(FINANCE);
  await members.of(FINANCE, "recent");
  expect(reads(simulator)).toBe(2);
});

test("that the plan has no user groups is asked once, and says what to do instead", async () => {
  const { simulator, members } = await open();
  await using _closed = simulator;
  const body = { target: "slack", method: MEMBERS, error: "plan_upgrade_required", times: 5 };
  await fetch(`${simulator.url}/sim/faults`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

  for (const group of [FINANCE, "S0ONCALL", FINANCE])
    await expect(members.of(group, "recent")).rejects.toThrow(/name people by their ids/);
  expect(reads(simulator)).toBe(1);
});
