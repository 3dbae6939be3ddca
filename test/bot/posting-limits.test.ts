import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../simulator/json.ts";
import { contentOf, TestBot } from "../support/bot.ts";

const posting = {
  id: "posting",
  name: "Posting",
  inputs: { number: { type: "number" } },
  steps: [
    {
      id: "say",
      type: "service",
      config: {
        service: "slack",
        action: "sendMessage",
        channel: "#general",
        message: "no {{variables.number}}",
      },
    },
  ],
};

const asking = {
  id: "asking",
  name: "Asking",
  inputs: {},
  steps: [
    {
      id: "ok",
      type: "approval",
      config: { title: "Go?", message: "please", approvers: ["U0BOB"] },
      next: { approve: "done", reject: "done" },
    },
    { id: "done", type: "transform", config: { expression: "true" } },
  ],
};

function start(bot: TestBot, workflowId: string, more: JsonObject = {}) {
  return bot.engine.executions.start({
    workflowId,
    variables: {},
    variableForm: "json",
    trigger: { type: "webhook" },
    ...more,
  });
}

describe("where Slack takes one message a second", () => {
  test("each of many runs that post to one channel completes, in order, with its one attempt", async () => {
    await using bot = await TestBot.start({
      definitions: [posting],
      realistic: true,
      connected: true,
    });
    const count = 25;
    for (let number = 0; number < count; number += 1)
      await start(bot, "posting", { variables: { number } });

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

  test("a 429 of Slack's own uses up no attempt of a step", async () => {
    await using bot = await TestBot.start({ definitions: [posting], connected: true });
    await bot.act("faults", {
      target: "slack",
      method: "chat.postMessage",
      retry_after: 1,
      times: 5,
    });

    const { executionId } = await start(bot, "posting", { variables: { number: 1 } });

    const view = await bot.until(async () => {
      const now = await bot.engine.executions.get(executionId);
      return now.completedAt === null ? undefined : now;
    });
    expect(view).toMatchObject({ status: "completed", error: null });
  });

  test("the first question of many runs that begin together is asked before their other cards", async () => {
    await using bot = await TestBot.start({ definitions: [asking], realistic: true });
    for (let number = 0; number < 20; number += 1)
      await start(bot, "asking", { report: { channel: "C0GENERAL", on: "all" } });

    const posts = await bot.until(async () => {
      const found = await bot.calls("chat.postMessage");
      const contents = found.map(({ args }) => contentOf(args as JsonObject));
      return contents.some((text) => text.includes("Approval needed")) ? contents : undefined;
    });

    expect(posts.findIndex((text) => text.includes("Approval needed"))).toBeLessThan(8);
  });
});
