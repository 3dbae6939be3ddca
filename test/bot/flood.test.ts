import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../simulator/json.ts";
import { contentOf, TestBot } from "../support/bot.ts";
import { until } from "../support/until.ts";

const quick = {
  id: "quick",
  name: "Quick",
  inputs: { number: { type: "number" } },
  steps: [{ id: "double", type: "transform", config: { expression: "variables.number * 2" } }],
};

const failing = {
  id: "failing",
  name: "Failing",
  inputs: { number: { type: "number" }, divisor: { type: "text", default: "none" } },
  steps: [{ id: "divide", type: "transform", config: { expression: "int(variables.divisor)" } }],
};

/** Starts runs that report to a channel, as a burst of webhooks would. */
async function startRuns(bot: TestBot, count: number, workflowId = "quick"): Promise<string[]> {
  const ids: string[] = [];
  for (let number = 0; number < count; number += 1) {
    const { executionId } = await bot.engine.executions.start({
      workflowId,
      variables: { number },
      variableForm: "json",
      trigger: { type: "webhook" },
      report: { channel: "C0GENERAL", on: "all" },
    });
    ids.push(executionId);
  }
  return ids;
}

describe("many runs that report to one channel", () => {
  test("are a few cards and then digests, and each run is shown once", async () => {
    await using bot = await TestBot.start({ definitions: [quick], realistic: true });
    const ids = await startRuns(bot, 60);
    const shown = (messages: readonly JsonObject[], id: string): number =>
      messages.filter((message) => contentOf(message).includes(id.replace("exec_", "").slice(0, 5)))
        .length;

    const messages = await until(async () => {
      const found = await bot.messages("C0GENERAL");
      return ids.every((id) => shown(found, id) > 0) ? found : undefined;
    });

    expect(ids.map((id) => shown(messages, id))).toEqual(ids.map(() => 1));
    expect(messages.length).toBeLessThan(25);
    const digest = messages.map(contentOf).find((text) => text.includes("runs ended"));
    expect(digest).toMatch(/\d+ runs ended\*: \d+ completed/);
    const refused = (await bot.calls("chat.postMessage")).filter(({ ok }) => ok !== true);
    expect(refused).toEqual([]);
  });

  test("a run of a digest that is retried gets a card of its own", async () => {
    await using bot = await TestBot.start({ definitions: [failing], realistic: true });
    const ids = await startRuns(bot, 40, "failing");
    const inDigest = await until(async () => {
      const found = (await bot.messages("C0GENERAL")).map(contentOf);
      const digest = found.find((text) => text.includes("runs ended"));
      return ids.find((id) => digest?.includes(id.replace("exec_", "").slice(0, 5)));
    });

    await bot.engine.executions.retry({
      executionId: inDigest,
      by: "U0ALICE",
      variables: { divisor: "7" },
      variableForm: "text",
    });

    const card = await until(async () => {
      const found = await bot.messages("C0GENERAL");
      return found.find((message) => {
        const text = contentOf(message);
        return (
          text.includes(inDigest.replace("exec_", "").slice(0, 5)) && !text.includes("runs ended")
        );
      });
    });
    expect(contentOf(card)).toContain("Completed");
  });
});
