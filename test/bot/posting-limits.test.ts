import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../simulator/json.ts";
import type { ExecutionView } from "../../src/engine/api/executions.ts";
import { APPROVALS, askWorkflow } from "../support/ask-workflow.ts";
import { contentOf, TestBot } from "../support/bot.ts";
import { POSTING, startByProgram } from "../support/flood.ts";

/** The same as {@link POSTING}, with one try of a second. */
const hasty = {
  ...POSTING,
  id: "hasty",
  steps: POSTING.steps.map((step) => ({
    ...step,
    timeoutMs: 1000,
    retryPolicy: { maxRetries: 1, backoffMs: 100 },
  })),
};

function untilOver(bot: TestBot, executionId: string): Promise<ExecutionView> {
  return bot.until(async () => {
    const view = await bot.engine.executions.get(executionId);
    return view.completedAt === null ? undefined : view;
  });
}

describe("where Slack takes one message a second", () => {
  test("each of many runs that post to one channel completes, in order, with its one attempt", async () => {
    await using bot = await TestBot.start({
      definitions: [POSTING],
      realistic: true,
      limits: { postBurst: 12 },
      connected: true,
    });
    const count = 25;
    for (let number = 0; number < count; number += 1)
      await startByProgram(bot, "posting", { variables: { number } });

    const runs = await bot.until(async () => {
      const { executions } = await bot.engine.executions.list({ limit: 200 });
      const isOver = executions.every(({ completedAt }) => completedAt !== null);
      return isOver && executions.length === count ? executions : undefined;
    });

    expect(runs.map(({ status }) => status)).toEqual(runs.map(() => "completed"));
    const texts = (await bot.messages("C0GENERAL")).map(({ text }) => text);
    expect(texts).toEqual(Array.from({ length: count }, (_, number) => `no ${number}`));
    const views = await Promise.all(
      runs.map(({ executionId }) => bot.engine.executions.get(executionId)),
    );
    expect(views.flatMap(({ steps }) => steps.map(({ attempts }) => attempts))).toEqual(
      runs.map(() => 1),
    );
  });

  test("waiting for a turn is no part of a step's time, and no failure", async () => {
    await using bot = await TestBot.start({ definitions: [hasty], connected: true });
    // From then on Slack takes one message a second, and no burst.
    await bot.act("faults", { target: "slack", method: "chat.postMessage", retry_after: 2 });
    const runs = [];
    for (let number = 0; number < 12; number += 1)
      runs.push(await startByProgram(bot, "hasty", { variables: { number } }));

    const views = await Promise.all(runs.map(({ executionId }) => untilOver(bot, executionId)));

    expect(views.map(({ status, errors }) => ({ status, errors }))).toEqual(
      runs.map(() => ({ status: "completed", errors: [] })),
    );
    expect(views.flatMap(({ steps }) => steps.map(({ attempts }) => attempts))).toEqual(
      runs.map(() => 1),
    );
    // Nothing had to be searched for.
    expect(await bot.calls("conversations.history")).toEqual([]);
  });

  test("a run whose message waits says so, and once it is cancelled it holds up no others", async () => {
    await using bot = await TestBot.start({ definitions: [POSTING], connected: true });
    const runs = [];
    for (let number = 0; number < 60; number += 1)
      runs.push(await startByProgram(bot, "posting", { variables: { number } }));
    const last = runs.at(-1)?.executionId ?? "";
    const waiting = await bot.until(async () => {
      const view = await bot.engine.executions.get(last);
      return view.status === "waiting" ? view : undefined;
    });
    expect(waiting.waitingOn).toMatchObject([{ for: "slack", stepId: "say" }]);
    const status = await bot.slash("U0ALICE", `status ${last}`);
    expect(status).toContain("Waits at *say* for its turn");
    expect(status).not.toMatch(/failed|error/i);

    // Those that are sent already cannot be.
    for (const { executionId } of runs)
      await bot.engine.executions.cancel(executionId, "U0ALICE").catch(() => undefined);
    await Promise.all(runs.map(({ executionId }) => untilOver(bot, executionId)));
    const { executionId } = await startByProgram(bot, "posting", { variables: { number: 99 } });

    // Behind the fifty it would be most of a minute.
    const view = await untilOver(bot, executionId);
    expect(view.totalDuration).toBeLessThan(10_000);
  });

  test("a 429 of Slack's own uses up no attempt of a step", async () => {
    await using bot = await TestBot.start({ definitions: [POSTING], connected: true });
    await bot.act("faults", {
      target: "slack",
      method: "chat.postMessage",
      retry_after: 1,
      times: 5,
    });

    const { executionId } = await startByProgram(bot, "posting", { variables: { number: 1 } });

    const view = await bot.until(async () => {
      const now = await bot.engine.executions.get(executionId);
      return now.completedAt === null ? undefined : now;
    });
    expect(view).toMatchObject({ status: "completed", error: null });
  });

  test("the first question of many runs that begin together is asked before their other cards", async () => {
    await using bot = await TestBot.start({ definitions: [askWorkflow()], realistic: true });
    for (let number = 0; number < 20; number += 1)
      await startByProgram(bot, "ask", { report: { channel: APPROVALS, on: "all" } });

    const posts = await bot.until(async () => {
      const found = await bot.calls("chat.postMessage");
      const contents = found.map(({ args }) => contentOf(args as JsonObject));
      return contents.some((text) => text.includes("Approval needed")) ? contents : undefined;
    });

    expect(posts.findIndex((text) => text.includes("Approval needed"))).toBeLessThan(8);
  });
});
