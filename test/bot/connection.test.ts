import { describe, expect, test } from "vitest";
import { NO_METERS } from "../../src/slack/meters.ts";
import { APPROVALS, askWorkflow } from "../support/ask-workflow.ts";
import { TestBot, type TestBotOptions } from "../support/bot.ts";
import { startConnectProxy } from "../support/connect-proxy.ts";
import { untilAskedAnew } from "../support/until.ts";

const TWO = { count: 2, spacingMs: 0 };

/** A bot with two sockets, both open; and how many were open at each change since. */
async function startBot(options: Partial<TestBotOptions> = {}) {
  const counts: number[] = [];
  const meters = {
    ...{ ...NO_METERS, ...options.meters },
    sockets: (open: number) => void counts.push(open),
  };
  const bot = await TestBot.start({
    ...{ definitions: [askWorkflow()], sockets: TWO },
    ...{ ...options, meters },
  });
  await bot.until(async () => counts.find((count) => count === 2));
  counts.length = 0;
  return { bot, counts };
}

describe("the web sockets of a process", () => {
  test("are replaced when Slack ends them, without a moment in which none is open", async () => {
    const { bot, counts } = await startBot();
    await using _bot = bot;

    await bot.act("disconnect", { kind: "refresh_requested" });

    // Both were replaced, and the old ones closed.
    await bot.until(async () => (counts.at(-1) === 2 && counts.length >= 4 ? true : undefined));
    expect(Math.min(...counts)).toBe(2);
    expect(await bot.slash("U0ALICE", "list")).toContain("Ask");
  });

  test("acknowledge what was being decided when Slack ended them", async () => {
    const { bot } = await startBot();
    await using _bot = bot;
    await bot.slash("U0ALICE", "run ask");
    const card = await bot.message(APPROVALS, /Approval needed/);
    await untilAskedAnew();
    await bot.act("faults", { target: "slack", method: "users.info", delay_ms: 700, times: 1 });

    const clicked = bot.click("U0BOB", APPROVALS, card, "decide_approve");
    await bot.act("disconnect", { kind: "refresh_requested" });

    const ack = await clicked;
    expect(ack).toMatchObject({ acked: true });
    expect(ack["ackMs"]).toBeGreaterThan(500);
    await bot.message(APPROVALS, /\*Approved\* by <@U0BOB>/);
  });

  test("are replaced when they break", async () => {
    const { bot, counts } = await startBot();
    await using _bot = bot;

    await bot.act("disconnect", { kind: "drop" });

    await bot.until(async () => (counts.at(-1) === 2 && counts.includes(0) ? true : undefined));
    expect(await bot.slash("U0ALICE", "list")).toContain("Ask");
  });

  test("are compared with what Slack counts: those of a process that was killed swallow clicks", async () => {
    const log: string[] = [];
    const { bot } = await startBot({ onLog: (line) => log.push(line) });
    await using _bot = bot;

    await bot.act("disconnect", { kind: "ghost", count: 1 });

    const line = await bot.until(async () => log.find((one) => one.includes("counts more")));
    expect(JSON.parse(line)).toMatchObject({ connections: 3, held: 2, otherProcesses: 0 });
  });

  test("lose no click in refreshes, one after the other", async () => {
    const { bot, counts } = await startBot({ definitions: [askWorkflow({ required: 2 })] });
    await using _bot = bot;
    await bot.slash("U0ALICE", "run ask");
    const card = await bot.message(APPROVALS, /Approval needed/);
    const click = () => bot.click("U0BOB", APPROVALS, card, "decide_approve");

    for (let refreshes = 0; refreshes < 3; refreshes += 1) {
      counts.length = 0;
      const clicked = [click(), click(), click()];
      await bot.act("disconnect", { kind: "refresh_requested", count: 1 });
      clicked.push(click(), click(), click());
      for (const ack of await Promise.all(clicked)) expect(ack).toMatchObject({ acked: true });
      // One more, and the old one less.
      await bot.until(async () => (counts.length === 2 ? true : undefined));
    }
  });

  test("say so when Socket Mode was switched off, and open no more", async () => {
    const { bot } = await startBot();
    await using _bot = bot;

    await bot.act("disconnect", { kind: "link_disabled" });

    const remedy = await bot.until(async () => bot.refusals[0]);
    expect(remedy).toContain("Socket Mode was switched off");
    expect(bot.notReady()).toBe(remedy);
  });
});

describe("when Slack leaves out events", () => {
  test.for(["socket", "http"] as const)(
    "over %s, the bot continues to work, and an admin hears of it once",
    async (mode) => {
      let limited = 0;
      await using bot = await TestBot.start({
        ...{ definitions: [askWorkflow()], mode },
        meters: { ...NO_METERS, eventsLimited: () => (limited += 1) },
      });

      expect(await bot.act("app-rate-limited", {})).toMatchObject({ acked: true });
      expect(await bot.act("app-rate-limited", {})).toMatchObject({ acked: true });

      expect(limited).toBe(2);
      // No one is named in ADMINS.
      await bot.message("D0ALICE", /leaves out events/);
      expect(await bot.slash("U0ALICE", "list")).toContain("Ask");
      expect(await bot.calls("chat.postMessage")).toHaveLength(1);
    },
  );
});

describe("a proxy", () => {
  test("carries the web sockets and the calls of the Web API", async () => {
    await using proxy = await startConnectProxy();
    await using bot = await TestBot.start({
      definitions: [askWorkflow()],
      proxy: { http: proxy.url, https: null, except: null },
    });
    await bot.slash("U0ALICE", "run ask");
    const card = await bot.message(APPROVALS, /Approval needed/);

    expect(await bot.click("U0BOB", APPROVALS, card, "decide_approve")).toMatchObject({
      acked: true,
    });

    await bot.message(APPROVALS, /\*Approved\* by <@U0BOB>/);
    // The socket and at least one connection for calls.
    expect(proxy.asked.length).toBeGreaterThan(1);
    expect(new Set(proxy.asked)).toEqual(new Set([new URL(bot.simulator.url).host]));
  });

  test("is left aside for the hosts that NO_PROXY names", async () => {
    await using proxy = await startConnectProxy();
    await using bot = await TestBot.start({
      definitions: [askWorkflow()],
      proxy: { http: proxy.url, https: null, except: "127.0.0.1" },
    });

    expect(await bot.slash("U0ALICE", "list")).toContain("Ask");

    expect(proxy.asked).toEqual([]);
  });
});
