import { expect, test } from "vitest";
import { isJsonObject, type JsonObject } from "../../simulator/json.ts";
import { openSimulator } from "../../simulator/simulator.ts";
import { BotProcess } from "../support/bot-process.ts";
import { json, startLoopbackServer } from "../support/loopback-server.ts";
import { until } from "../support/until.ts";

/** What the API says. */
async function ask(
  bot: BotProcess,
  method: string,
  path: string,
  body?: JsonObject,
): Promise<JsonObject> {
  const response = await fetch(`${bot.url}${path}`, {
    method,
    ...(body && { body: JSON.stringify(body) }),
  });
  const answer: unknown = await response.json();
  if (!isJsonObject(answer)) throw new Error(`${path} gave no object.`);
  return answer;
}

async function ended(bot: BotProcess, { executionId }: JsonObject): Promise<JsonObject> {
  if (typeof executionId !== "string") throw new Error("Nothing was started.");
  return until(async () => {
    const run = await ask(bot, "GET", `/api/executions/${executionId}`);
    return run["completedAt"] === null ? undefined : run;
  });
}

test("a step that ends the process three times is given up, and other runs are not", async () => {
  await using simulator = await openSimulator({ realistic: false });
  // A process that asks for /poison is killed before it is answered; /slow answers only the last one.
  const poisoned = { times: 0, next: Promise.withResolvers<void>() };
  let isOver = false;
  const answer = json(200, { ok: true });
  await using outside = await startLoopbackServer((request, response) => {
    if (request.url === "/poison") {
      poisoned.times += 1;
      poisoned.next.resolve();
    } else if (isOver) answer(request, response);
  });
  await using bot = await BotProcess.start(simulator, { HTTP_ALLOW_HOSTS: "127.0.0.1" });
  const calls = (id: string): JsonObject => ({
    id,
    name: id,
    steps: [
      {
        id: "call",
        type: "service",
        onUnknown: "repeat",
        config: { service: "http", method: "POST", url: `${outside.url}/${id}`, body: {} },
      },
    ],
  });
  await ask(bot, "POST", "/api/workflows", calls("poison"));
  await ask(bot, "POST", "/api/workflows", calls("slow"));
  const slow = await ask(bot, "POST", "/api/workflows/slow/execute", {});
  await until(async () => (outside.received.length > 0 ? true : undefined));
  const poison = await ask(bot, "POST", "/api/workflows/poison/execute", {});

  for (let death = 1; death <= 3; death += 1) {
    await poisoned.next.promise;
    poisoned.next = Promise.withResolvers();
    await bot.kill();
    if (death === 2) isOver = true;
    await bot.start();
  }

  const given = await ended(bot, poison);
  expect(given).toMatchObject({
    status: "failed",
    error: {
      code: "attempt_ended_process",
      message: expect.stringContaining('process ended 3 times while step "call" ran'),
    },
  });
  expect(poisoned.times).toBe(3);
  // It was under way at each death, too; what is not the reason goes on.
  expect(await ended(bot, slow)).toMatchObject({ status: "completed" });
}, 120_000);
