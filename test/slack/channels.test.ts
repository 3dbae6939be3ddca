import { WebClient } from "@slack/web-api";
import { expect, test } from "vitest";
import { openSimulator, type Simulator } from "../../simulator/simulator.ts";
import { createChannelFinder } from "../../src/slack/channels.ts";
import { ManualClock } from "../support/manual-clock.ts";

const MINUTE = 60_000;

/** A finder in front of a simulator, by a clock that the test moves. */
async function open(realistic = false) {
  const simulator = await openSimulator({ realistic });
  const clock = new ManualClock();
  const client = new WebClient("xoxb-simulator", {
    slackApiUrl: simulator.apiUrl,
    rejectRateLimitedCalls: true,
    retryConfig: { retries: 0 },
  });
  return { simulator, clock, client, channels: createChannelFinder(client, clock) };
}

function addChannel(
  { workspace }: Simulator,
  id: string,
  name: string,
  members = ["U0ALICE", "U0BOT"],
): void {
  const channel = { id, name, isIm: false, members, topic: "", created: 1 };
  workspace.state.directory.saveChannel(channel);
}

function reads({ workspace }: Simulator, method = "users.conversations"): number {
  return workspace.traffic.calls(method).length;
}

async function fault(simulator: Simulator, what: object): Promise<void> {
  await fetch(`${simulator.url}/sim/faults`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ target: "slack", method: "users.conversations", times: 1, ...what }),
  });
}

test("a name is found among thousands of channels that the bot is not in, with one question", async () => {
  const { simulator, channels } = await open();
  await using _closed = simulator;
  for (let i = 0; i < 6000; i++) addChannel(simulator, `C1${i}`, `c-${i}`, ["U0ALICE"]);
  addChannel(simulator, "C0ZZZ", "zzz-approvals");

  const found = await Promise.all(
    ["#zzz-approvals", "zzz-approvals", "#general"].map((name) => channels.find(name)),
  );

  expect(found).toEqual(["C0ZZZ", "C0ZZZ", "C0GENERAL"]);
  expect(reads(simulator)).toBe(1);
  expect(reads(simulator, "conversations.list")).toBe(0);
});

test("a channel that the bot is not in is asked about once a minute, however many ask", async () => {
  const { simulator, clock, channels } = await open();
  await using _closed = simulator;

  for (let i = 0; i < 15; i++) expect(await channels.find("#random")).toBeNull();
  expect(reads(simulator)).toBe(1);

  await clock.advance(MINUTE);
  expect(await channels.find("#random")).toBeNull();
  expect(reads(simulator)).toBe(2);
});

test("pages that were read before Slack limited the calls are kept, and reading continues after them", async () => {
  const { simulator, clock, client, channels } = await open(true);
  await using _closed = simulator;
  for (let i = 0; i < 2500; i++) addChannel(simulator, `C1${i}`, `c-${i}`);
  addChannel(simulator, "C0LATE", "late");
  // One page is left of what Slack takes in a minute.
  for (let i = 0; i < 49; i++) await client.users.conversations({ limit: 1 });

  await expect(channels.find("#late")).rejects.toThrow();
  expect(await channels.find("#general")).toBe("C0GENERAL");
  await expect(channels.find("#late")).rejects.toThrow();
  // One page, one refusal; no call is made as long as Slack wants none.
  expect(reads(simulator)).toBe(49 + 2);

  simulator.workspace.limits.clear();
  await clock.advance(MINUTE);
  expect(await channels.find("#late")).toBe("C0LATE");
  expect(reads(simulator)).toBe(49 + 2 + 2);
});

test("while Slack takes no questions, a list of some minutes ago serves", async () => {
  const { simulator, clock, channels } = await open();
  await using _closed = simulator;
  await channels.find("#general");

  await clock.advance(11 * MINUTE);
  await fault(simulator, { retry_after: 30 });

  expect(await channels.find("#general")).toBe("C0GENERAL");
});

test("what Slack reports counts at once", async () => {
  const { simulator, channels } = await open();
  await using _closed = simulator;
  expect(await channels.find("#incidents")).toBeNull();

  addChannel(simulator, "C0NEW", "incidents");
  await channels.changes.opened("C0NEW");
  expect(await channels.find("#incidents")).toBe("C0NEW");

  channels.changes.renamed("C0NEW", "incidents-old");
  expect(await channels.find("#incidents")).toBeNull();
  expect(await channels.find("#incidents-old")).toBe("C0NEW");

  channels.changes.closed("C0NEW");
  expect(await channels.find("#incidents-old")).toBeNull();
  expect(reads(simulator)).toBe(1);
});

test("a channel that refuses a message is forgotten, and one that has its name by now is found", async () => {
  const { simulator, channels } = await open();
  await using _closed = simulator;
  addChannel(simulator, "C0FIRST", "ops");
  expect(await channels.find("#ops")).toBe("C0FIRST");

  simulator.workspace.state.directory.saveChannel({
    ...{ id: "C0FIRST", name: "ops-old", isIm: false, members: ["U0BOT"], topic: "", created: 1 },
    isArchived: true,
  });
  addChannel(simulator, "C0SECOND", "ops");
  channels.refused("C0FIRST", {
    code: "slack_webapi_platform_error",
    data: { error: "is_archived" },
  });

  expect(await channels.find("#ops")).toBe("C0SECOND");
});

test("whether an event's channel is meant costs no search", async () => {
  const { simulator, channels } = await open();
  await using _closed = simulator;

  expect(await channels.means("#support", "C0SUPPORT")).toBe(true);
  expect(await channels.means("<#C0SUPPORT|support>", "C0SUPPORT")).toBe(true);
  expect(await channels.means("#support", "C0GENERAL")).toBe(false);
  expect(await channels.means("#random", "C0RANDOM")).toBe(true);
  expect(await channels.means("#general", "D0ALICE")).toBe(false);

  expect(reads(simulator)).toBe(1);
  expect(reads(simulator, "conversations.info")).toBe(1);
});

test("nothing is asked about a direct conversation, for which the bot has no right", async () => {
  const { simulator, channels } = await open();
  await using _closed = simulator;

  expect(await channels.find("D0ALICE")).toBe("D0ALICE");
  expect(await channels.facts("D0ALICE")).toBeNull();
  expect(reads(simulator, "conversations.info")).toBe(0);
});

test("the direct conversation with a person is opened once", async () => {
  const { simulator, channels } = await open();
  await using _closed = simulator;

  const opened = await Promise.all([1, 2, 3].map(() => channels.find("U0ALICE")));

  expect(opened).toEqual(["D0ALICE", "D0ALICE", "D0ALICE"]);
  expect(reads(simulator, "conversations.open")).toBe(1);
});

test("a channel that another organization reads is known, also before it accepted, and so is when that ends", async () => {
  const { simulator, channels } = await open();
  await using _closed = simulator;
  const { directory } = simulator.workspace.state;
  const general = directory.channel("C0GENERAL");
  const partner = directory.channel("C0PARTNER");
  if (!general || !partner) throw new Error("The workspace is not the usual one.");

  expect(await channels.isShared("C0PARTNER")).toBe(true);
  expect(await channels.isShared("C0GENERAL")).toBe(false);
  expect(await channels.isShared("D0ALICE")).toBe(false);
  expect(await channels.isShared("C0NOWHERE")).toBe(true);
  expect(reads(simulator)).toBe(1);

  directory.saveChannel({ ...general, isPendingShared: true });
  await channels.changes.shared("C0GENERAL");
  expect(await channels.isShared("C0GENERAL")).toBe(true);

  directory.saveChannel({ ...partner, isShared: false });
  await channels.changes.shared("C0PARTNER");
  expect(await channels.isShared("C0PARTNER")).toBe(false);
});

test("while Slack takes no questions about channels, none is asked", async () => {
  const { simulator, clock, channels } = await open();
  await using _closed = simulator;
  await fault(simulator, { method: "conversations.info", retry_after: 30 });

  for (const id of ["C0GENERAL", "C0APPROVALS"])
    await expect(channels.facts(id)).rejects.toMatchObject({ code: "slack_limited" });
  expect(reads(simulator, "conversations.info")).toBe(1);

  await clock.advance(30_000);
  expect(await channels.facts("C0APPROVALS")).toMatchObject({ name: "approvals" });
});
