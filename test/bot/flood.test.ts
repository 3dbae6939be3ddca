import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../simulator/json.ts";
import { contentOf, TestBot, tsOf } from "../support/bot.ts";
import { startByProgram } from "../support/flood.ts";
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
    const { executionId } = await startByProgram(bot, workflowId, {
      variables: { number },
      report: { channel: "C0GENERAL", on: "all" },
    });
    ids.push(executionId);
  }
  return ids;
}

/** How messages show the id of a run; five characters alone may be found in a time stamp, too. */
function shownId(id: string): string {
  return `\`${id.replace("exec_", "").slice(0, 5)}\``;
}

/** How often a run is shown in a channel. */
async function countShown(bot: TestBot, ids: readonly string[]): Promise<number[]> {
  const texts = (await bot.messages("C0GENERAL")).map(contentOf);
  return ids.map((id) => texts.filter((text) => text.includes(shownId(id))).length);
}

/** Starts runs of which the first five get cards of their own, and waits until the digest of the rest is the next message. */
async function startFlood(bot: TestBot): Promise<string[]> {
  await bot.act("faults", { target: "slack", method: "chat.postMessage", retry_after: 2 });
  const first = await startRuns(bot, 1);
  await bot.until(async () => (await bot.calls("chat.postMessage")).at(0));
  const ids = [...first, ...(await startRuns(bot, 24))];
  await bot.until(async () => {
    const posted = (await bot.calls("chat.postMessage")).filter(({ ok }) => ok === true);
    return posted.length === 10 ? posted : undefined;
  });
  return ids;
}

/** A bot whose first digest meets this trouble on its way to Slack. */
async function startWithTrouble(fault: JsonObject): Promise<TestBot> {
  let isPrepared = false;
  const bot: TestBot = await TestBot.start({
    definitions: [quick],
    wrapStore: (store) => ({
      ...store,
      cards: {
        ...store.cards,
        save: async (card) => {
          // The records of its runs name the digest before it is posted.
          if (!isPrepared && card.ts === null && card.shown?.startsWith("digest:") === true) {
            isPrepared = true;
            await bot.act("faults", { target: "slack", method: "chat.postMessage", ...fault });
          }
          return store.cards.save(card);
        },
      },
    }),
  });
  return bot;
}

/** Waits until each run is shown and no message waits any more. */
async function untilQuiet(bot: TestBot, ids: readonly string[]): Promise<void> {
  await bot.until(async () => {
    const counts = await countShown(bot, ids);
    const records = await Promise.all(ids.map((id) => bot.store.cards.list(id)));
    return counts.every((count) => count > 0) &&
      records.every((cards) => cards.length > 1 && cards.every(({ final }) => final))
      ? true
      : undefined;
  });
}

describe("many runs that report to one channel", () => {
  test("are a few cards and then digests, and each run is shown once", async () => {
    await using bot = await TestBot.start({ definitions: [quick], realistic: true });
    const ids = await startRuns(bot, 60);

    await until(async () => {
      const counts = await countShown(bot, ids);
      return counts.every((count) => count > 0) ? true : undefined;
    });

    expect(await countShown(bot, ids)).toEqual(ids.map(() => 1));
    const messages = await bot.messages("C0GENERAL");
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
      return ids.find((id) => digest?.includes(shownId(id)));
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
        return text.includes(shownId(inDigest)) && !text.includes("runs ended");
      });
    });
    expect(contentOf(card)).toContain("Completed");
  });

  test("are shown once each if the answer to the digest's post is lost", async () => {
    await using bot = await startWithTrouble({ connection: "drop", applied: true });
    const ids = await startFlood(bot);

    await untilQuiet(bot, ids);

    expect(await countShown(bot, ids)).toEqual(ids.map(() => 1));
    expect((await bot.calls("conversations.history")).length).toBe(1);
  });

  test("are shown once each if the bot is killed while it posts the digest", async () => {
    await using bot = await startWithTrouble({ connection: "hang", applied: true });
    const ids = await startFlood(bot);
    await bot.message("C0GENERAL", /runs ended/);
    await bot.stopBot();

    await bot.startBot();
    await untilQuiet(bot, ids);

    expect(await countShown(bot, ids)).toEqual(ids.map(() => 1));
    expect((await bot.calls("conversations.history")).length).toBe(1);
  });

  test("get no thread under the digest if the bot is killed just after it", async () => {
    let isDying = true;
    await using bot = await TestBot.start({
      definitions: [quick],
      wrapStore: (store) => ({
        ...store,
        cards: {
          ...store.cards,
          insert: (card) =>
            isDying && card.id.endsWith(":end") && card.shown === null && card.ts !== null
              ? Promise.reject(new Error("killed"))
              : store.cards.insert(card),
        },
      }),
    });
    await startFlood(bot);
    const digest = await bot.message("C0GENERAL", /runs ended/);
    await bot.stopBot();
    isDying = false;

    await bot.startBot();
    // What they would still say comes before what a younger run says.
    const [younger = ""] = await startRuns(bot, 1);
    await untilQuiet(bot, [younger]);

    expect(await bot.messages("C0GENERAL", tsOf(digest))).toHaveLength(1);
  });
});
