import { Client } from "pg";
import { expect, test } from "vitest";
import { z } from "zod";
import { openSimulator } from "../../simulator/simulator.ts";
import { BotProcess } from "../support/bot-process.ts";
import { postgresMissing, startPostgres } from "../support/postgres.ts";
import { until } from "../support/until.ts";

const WORKFLOW = {
  id: "orders",
  name: "Orders",
  trigger: {
    type: "database-change",
    query: "SELECT id, changed FROM orders",
    mark: "changed",
    pollIntervalMs: 1000,
  },
  steps: [{ id: "note", type: "transform", config: { expression: "variables" } }],
};

test.skipIf(postgresMissing !== null)(
  "rows of one instant start a run each, though the bot is killed among them",
  async () => {
    await using server = await startPostgres();
    await using simulator = await openSimulator({ realistic: false });
    await using sql = await connect(server.url);
    await sql.client.query("CREATE TABLE orders (id uuid PRIMARY KEY, changed timestamptz)");
    const put = async (rows: number) =>
      sql.client.query(
        "INSERT INTO orders SELECT gen_random_uuid(), now() FROM generate_series(1, $1)",
        [rows],
      );
    await using bot = await BotProcess.start(simulator, { DATABASE_URL: server.url });
    await fetch(`${bot.url}/api/workflows`, { method: "POST", body: JSON.stringify(WORKFLOW) });
    // What the first look finds starts nothing.
    await until(async () => {
      await put(1);
      return (await countRuns(bot.url)) > 0 || undefined;
    });
    await settled(bot.url);
    const before = await countRuns(bot.url);

    await put(800);
    for (const least of [1, 300]) {
      await until(async () => (await countRuns(bot.url)) >= before + least || undefined);
      await bot.kill();
      await bot.start();
    }
    await until(async () => (await countRuns(bot.url)) >= before + 800 || undefined);
    // What would start twice would have started before this one.
    await put(1);
    await until(async () => (await countRuns(bot.url)) > before + 800 || undefined);
    await settled(bot.url);
    expect(await countRuns(bot.url)).toBe(before + 801);
  },
  120_000,
);

async function connect(url: string) {
  const client = new Client({ connectionString: url });
  await client.connect();
  return { client, [Symbol.asyncDispose]: () => client.end() };
}

/** Waits until a second look has found nothing more. */
async function settled(url: string): Promise<void> {
  let count = -1;
  let since = 0;
  await until(async () => {
    const now = await countRuns(url);
    if (now !== count) since = performance.now();
    count = now;
    return performance.now() - since > 2500 || undefined;
  });
}

const Page = z.object({ executions: z.array(z.unknown()), nextCursor: z.string().nullish() });

async function countRuns(url: string): Promise<number> {
  let count = 0;
  let cursor: string | null | undefined = null;
  do {
    const query = new URLSearchParams({ workflowId: "orders", limit: "200" });
    if (cursor) query.set("cursor", cursor);
    const answer = await fetch(`${url}/api/executions?${query.toString()}`);
    const page: z.infer<typeof Page> = Page.parse(await answer.json());
    count += page.executions.length;
    cursor = page.nextCursor;
  } while (cursor);
  return count;
}
