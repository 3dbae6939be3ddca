import { WebClient } from "@slack/web-api";
import { pino } from "pino";
import { expect, test } from "vitest";
import { createChannelActivity } from "../../src/bot/channel-activity.ts";
import { absenceNote } from "../../src/bot/views/absence-note.ts";
import { writeMissed } from "../../src/engine/absences/stored-missed.ts";
import type { Missed } from "../../src/engine/api/absences.ts";
import { systemClock } from "../../src/engine/ports/clock.ts";
import { createSlack } from "../../src/slack/slack.ts";
import { contentOf, TestBot } from "../support/bot.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const helper = {
  ...{ id: "helper", name: "The helper", trigger: { type: "message", keywords: ["outage"] } },
  steps: [{ id: "note", type: "transform", config: { expression: "1" } }],
};

/** Something that was missed. */
const missing = (rest: Partial<Missed> & Pick<Missed, "kind" | "owner">): Missed =>
  ({
    ...{ workflowId: "helper", workflowName: "The helper", executionId: "exec_3f2a1bc" },
    ...{ at: Date.UTC(2026, 10, 23, 9), times: [Date.UTC(2026, 10, 23, 9)], count: 1 },
    ...rest,
  }) as Missed;

/** A bot that was away for an hour and finds this missed when it starts. */
async function startAfter(bot: TestBot, missed: readonly Missed[]): Promise<void> {
  await bot.stopBot();
  const to = Date.now();
  const key = `absence:${to - HOUR}`;
  await bot.store.dedupe.claim(key, writeMissed(to, missed), to, to + HOUR);
  await bot.store.kv.set(key, { to, done: [] });
  await bot.startBot();
}

const isReported = (bot: TestBot): Promise<true> =>
  bot.until(async () => {
    const left = (await bot.store.kv.list("absence:")).filter(({ value }) => value !== null);
    return left.length === 0 ? true : undefined;
  });

const notes = async (bot: TestBot, channel: string): Promise<readonly string[]> =>
  (await bot.messages(channel)).map(contentOf).filter((text) => text.includes("I was away"));

test("after an absence each owner gets one note of all that was missed, and none after another start", async () => {
  await using bot = await TestBot.start({ definitions: [helper], admins: ["U0CAROL"] });

  await startAfter(bot, [
    missing({ kind: "schedule", owner: "U0ALICE" }),
    missing({ kind: "expired", owner: "U0ALICE" }),
    missing({ kind: "interrupted", owner: "U0BOB" }),
    missing({ kind: "late", owner: null }),
  ]);
  await isReported(bot);
  await bot.stopBot();
  await bot.startBot();

  const [ofAlice, ...more] = await notes(bot, "D0ALICE");
  expect(more).toEqual([]);
  expect(ofAlice).toMatch(/its scheduled run was left out.*`\/workflow run helper` starts one now/);
  expect(ofAlice).toMatch(/`3f2a1` *: the time to decide ran out/);
  expect(await notes(bot, "D0BOB")).toEqual([
    expect.stringMatching(/was interrupted, and continues/),
  ]);
  expect(await notes(bot, "D0CAROL")).toEqual([
    expect.stringMatching(/should have continued earlier/),
  ]);
});

test("what belongs to a person who has left goes to the admins, in one note with what is theirs", async () => {
  await using bot = await TestBot.start({ definitions: [helper], admins: ["U0CAROL"] });
  await bot.act("person", { person: "U0BOB", deleted: true });

  await startAfter(bot, [
    missing({ kind: "interrupted", owner: "U0BOB" }),
    missing({ kind: "schedule", owner: "U0CAROL" }),
  ]);
  await isReported(bot);

  const [note, ...more] = await notes(bot, "D0CAROL");
  expect(more).toEqual([]);
  expect(note).toMatch(/was left out.*was interrupted|was interrupted.*was left out/s);
});

test("while Slack does not take a note the others have theirs, and it is left to be tried again", async () => {
  await using bot = await TestBot.start({ definitions: [helper] });
  const failing = { target: "slack", method: "conversations.open", status: 503, times: 3 };
  await bot.act("faults", failing);

  await startAfter(bot, [
    missing({ kind: "interrupted", owner: "U0ALICE" }),
    missing({ kind: "interrupted", owner: "U0BOB" }),
  ]);
  const left = await bot.until(async () => {
    const [one] = await bot.store.kv.list("absence:");
    return one !== undefined && JSON.stringify(one.value).includes("U0BOB") ? one : undefined;
  });

  expect(left.value).toMatchObject({ done: ["U0BOB"] });
  expect(await notes(bot, "D0BOB")).toHaveLength(1);
  expect(await notes(bot, "D0ALICE")).toEqual([]);
});

test("where no one wrote in Slack meanwhile, no event was missed and no note is written", async () => {
  await using bot = await TestBot.start({ definitions: [helper] });
  const until = Date.now() - 30 * MINUTE;

  await startAfter(bot, [missing({ kind: "events", owner: "U0ALICE", channels: null, until })]);
  await isReported(bot);

  expect(await notes(bot, "D0ALICE")).toEqual([]);
});

test("a channel was active when people wrote or joined, not when bots did", async () => {
  await using bot = await TestBot.start({ definitions: [] });
  const client = new WebClient("xoxb-simulator", { slackApiUrl: bot.simulator.apiUrl });
  const slack = createSlack({
    ...{ botToken: "xoxb-simulator", apiUrl: bot.simulator.apiUrl, clock: systemClock },
    ...{ limits: bot.store.rateLimits, logger: pino({ level: "silent" }) },
  });
  const look = (from: number, to: number, names: readonly string[] | null = ["#general"]) =>
    createChannelActivity(slack.lookup, slack)(names, from, to);
  const before = Date.now() - 1000;
  await client.chat.postMessage({ channel: "C0GENERAL", text: "from the bot" });
  expect(await look(before, Date.now() + MINUTE)).toBe(false);

  await bot.act("message", { user: "U0ALICE", channel: "C0GENERAL", text: "hello" });

  expect(await look(before, Date.now() + MINUTE)).toBe(true);
  expect(await look(before, Date.now() + MINUTE, null)).toBe(true);
  expect(await look(before, Date.now() + MINUTE, ["#gone"])).toBe(false);
  expect(await look(before - 2 * HOUR, before - HOUR)).toBe(false);
});

test("events that were lost are one line for all workflows", () => {
  const until = Date.UTC(2026, 10, 23, 9);
  const lost = ["One", "Two", "Three", "Four", "Five"].map((workflowName) =>
    missing({ kind: "events", owner: "U0ALICE", channels: null, until, workflowName }),
  );

  const shown = JSON.stringify(absenceNote({ from: 0, to: HOUR }, lost, "/workflow").blocks);

  expect(shown).toContain("started nothing (*One*, *Two*, *Three*, 2 more workflows)");
  expect(shown.match(/started nothing/g)).toHaveLength(1);
});

test("a note stays short, however much was missed", () => {
  const many = Array.from({ length: 200 }, (_, index) =>
    missing({
      ...{ kind: "interrupted", owner: "U0ALICE", executionId: `exec_${index}aaaaaa` },
      ...{ workflowId: `w${index % 40}`, workflowName: "W".repeat(120) },
    }),
  );

  const { text, blocks } = absenceNote({ from: 0, to: HOUR }, many, "/workflow");

  const shown = JSON.stringify(blocks);
  expect(text.length).toBeLessThan(100);
  expect(shown).toContain("5 runs were interrupted");
  expect(shown).toContain("and 28 more");
  for (const block of blocks as unknown as readonly { readonly text: { readonly text: string } }[])
    expect(block.text.text.length).toBeLessThanOrEqual(3000);
});
