import { expect, test } from "vitest";
import { z } from "zod";
import { openSimulator } from "../../simulator/simulator.ts";
import type { BotProcess } from "../support/bot-process.ts";
import { mongoMissing, startMongoServer } from "../support/mongo-server.ts";
import { startReachableBot } from "../support/reachable-bot.ts";
import { until } from "../support/until.ts";
import { sendWebhooks } from "../support/webhook-sender.ts";

const TOKEN = { authorization: "Bearer token-of-the-operator" };

async function call({ url }: BotProcess, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${url}${path}`, {
    headers: TOKEN,
    ...(body !== undefined && { method: "POST", body: JSON.stringify(body) }),
  });
  expect(response.status, path).toBe(200);
  return response.json();
}

const Page = z.object({
  executions: z.array(z.object({ executionId: z.string() })),
  nextCursor: z.string().nullable(),
});

/** The ids of all runs of a workflow, once none of them is under way. */
async function endedRuns(bot: BotProcess, workflowId: string): Promise<readonly string[]> {
  const list = async (query: string) =>
    Page.parse(await call(bot, `/api/executions?workflowId=${workflowId}&${query}`));
  await until(async () => {
    const open = await Promise.all(
      ["queued", "running", "waiting"].map((status) => list(`status=${status}&limit=1`)),
    );
    return open.every(({ executions }) => executions.length === 0) || undefined;
  });
  const ids: string[] = [];
  let after = "";
  do {
    const page = await list(`status=completed&limit=200${after}`);
    ids.push(...page.executions.map(({ executionId }) => executionId));
    after = page.nextCursor === null ? "" : `&cursor=${encodeURIComponent(page.nextCursor)}`;
  } while (after !== "");
  return ids.sort();
}

test("of a burst of webhooks each that is accepted runs once, and the others hear when to come again", async () => {
  await using simulator = await openSimulator({ realistic: false });
  await using started = await startReachableBot(simulator);
  const { bot, target } = started;
  await call(bot, "/api/workflows", {
    id: "burst",
    name: "Burst",
    trigger: {
      ...{ type: "webhook", path: "/webhooks/burst", secret: "HOOK", signature: "github" },
      rateLimit: { perMinute: 300 },
    },
    steps: [{ id: "note", type: "transform", config: { expression: "variables.issue.number" } }],
  });

  const sent = await sendWebhooks({
    ...{ url: bot.url, path: "/webhooks/burst", secret: target.hook.secret },
    ...{ connections: 200, deliveries: 1500, name: "burst" },
  });

  const { 200: accepted = 0, 429: refused = 0, ...others } = sent.byStatus;
  expect(others).toEqual({});
  expect(accepted).toBeGreaterThanOrEqual(300);
  expect(refused).toBeGreaterThan(300);
  expect(accepted + refused).toBe(1500);
  expect(sent.withoutRetryAfter).toBe(0);
  expect(await endedRuns(bot, "burst")).toEqual(sent.executionIds.toSorted());
}, 60_000);

test.skipIf(mongoMissing !== null)(
  "a delivery that reaches two processes on one MongoDB at the same instant starts one run",
  async () => {
    await using server = await startMongoServer();
    const env = { MONGODB_URI: server.uri() };
    await using simulator = await openSimulator({ realistic: false });
    await using first = await startReachableBot(simulator, env);
    await using second = await startReachableBot(simulator, env);
    const { path, secret } = first.target.hook;
    const order = { path, secret, connections: 10, deliveries: 40, name: "both" };

    const [one, other] = await Promise.all([
      sendWebhooks({ ...order, url: first.bot.url }),
      sendWebhooks({ ...order, url: second.bot.url }),
    ]);

    expect([one.byStatus, other.byStatus]).toEqual([{ 200: 40 }, { 200: 40 }]);
    expect(other.executionIds.toSorted()).toEqual(one.executionIds.toSorted());
    expect(await endedRuns(first.bot, "orders")).toEqual(one.executionIds.toSorted());
  },
  60_000,
);
