import { expect, test } from "vitest";
import type { JsonObject } from "../../src/shared/json.ts";
import { contentOf, TestBot } from "../support/bot.ts";
import { Home } from "../support/home.ts";
import { type Answer, json, startLoopbackServer } from "../support/loopback-server.ts";

const caller = (url: string): JsonObject => ({
  id: "caller",
  name: "Caller",
  steps: [
    {
      id: "call",
      type: "service",
      config: { service: "http", action: "request", url },
      retryPolicy: { maxRetries: 1, backoffMs: 100 },
    },
  ],
});

test("a run whose system is away waits for it, says for what, and an admin has it called again", async () => {
  const state: { answer: Answer } = { answer: json(503, {}) };
  await using server = await startLoopbackServer((...args) => state.answer(...args));
  await using bot = await TestBot.start({ definitions: [caller(server.url)], connected: true });
  const host = `127.0.0.1:${server.port}`;
  const failed = async (): Promise<number> => {
    const { executions } = await bot.engine.executions.list({ status: "failed" });
    return executions.length;
  };
  for (let n = 1; n <= 3; n += 1) {
    await bot.slash("U0BOB", "run caller");
    await bot.until(async () => ((await failed()) === n ? true : undefined));
  }

  const started = await bot.slash("U0BOB", "run caller");
  const run = /run `(\w{5})`/.exec(started)?.[1] ?? "";
  const card = await bot.until(async () =>
    (await bot.messages("C0GENERAL")).find((one) => /other side to recover/.test(contentOf(one))),
  );
  expect(contentOf(card)).toContain("Waiting");
  expect(server.received).toHaveLength(3);
  expect(await bot.slash("U0ALICE", "status")).toMatch(
    new RegExp(`${host} is left alone since .*The last time: .*status 503`),
  );
  expect(await bot.slash("U0BOB", "status")).not.toContain("is left alone");

  expect(await bot.slash("U0BOB", `status ${run}`)).toMatch(/Waits at \*call\*/);

  state.answer = json(200, {});
  const home = new Home(bot, "U0ALICE");
  await home.open(new RegExp(`${host}\\* failed repeatedly`));
  await home.click("end_outage");
  await home.shows(/next call is made again/);
  expect(bot.engine.health.outages()).toEqual([]);
  await bot.slash("U0BOB", "run caller");
  await bot.until(async () => {
    const { executions } = await bot.engine.executions.list({ status: "completed" });
    return executions.length > 0 || undefined;
  });
});
