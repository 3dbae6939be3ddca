/**
 * How many webhooks the bot accepts: `npm run bench:webhooks -- [seconds] [connections]`.
 *
 * The bot and the sender are processes of their own. Each delivery has another content and a signature like GitHub's, and starts a run of
 * one step, which the bot works off meanwhile: what is measured is a bot that accepts and works at once. An answer of 200 is given when
 * the run is durable. At the end it is checked that each answer of 200 has its run. What a burst past a webhook's limit does is no figure but
 * a promise, which a test holds: `test/e2e/webhook-burst.test.ts`.
 *
 * It is measured with the embedded store and, where `npm run mongo -- --set-up` was run, with the MongoDB-compatible server. Everything
 * stays on this machine.
 */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { cpus, platform, release } from "node:os";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { openSimulator } from "../simulator/simulator.ts";
import { quantile } from "../src/shared/quantile.ts";
import type { BotProcess } from "../test/support/bot-process.ts";
import { mongoStackMissing, startMongoStackServer } from "../test/support/mongo-server.ts";
import { pause } from "../test/support/pause.ts";
import { startReachableBot } from "../test/support/reachable-bot.ts";
import type { Sent } from "../test/support/webhook-sender.ts";

const [seconds = 20, connections = 64] = process.argv.slice(2).map(Number);
const SENDER = resolve(import.meta.dirname, "../test/support/webhook-sender.ts");

const run = promisify(execFile);

async function send(order: object): Promise<Sent> {
  const { stdout } = await run(process.execPath, [SENDER, JSON.stringify(order)], {
    maxBuffer: 1e9,
  });
  return JSON.parse(stdout);
}

/** Resident memory of the bot's process in MB, and how long it used a processor in seconds. */
async function usage({ pid }: BotProcess) {
  const [status, stat] = await Promise.all([
    readFile(`/proc/${pid}/status`, "utf8"),
    readFile(`/proc/${pid}/stat`, "utf8"),
  ]);
  const [user, system] = stat.split(") ")[1]?.split(" ").slice(11, 13) ?? [];
  return {
    megabytes: Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024),
    cpuSeconds: (Number(user) + Number(system)) / 100,
  };
}

/** Samples the memory twice a second until the work is done. */
async function watching<T>(bot: BotProcess, work: Promise<T>) {
  const samples: number[] = [];
  let isDone = false;
  const before = await usage(bot);
  const sampling = (async () => {
    while (!isDone) {
      samples.push((await usage(bot)).megabytes);
      await pause(500);
    }
  })();
  const result = await work.finally(() => {
    isDone = true;
  });
  await sampling;
  const { cpuSeconds } = await usage(bot);
  return { result, samples, cpuSeconds: cpuSeconds - before.cpuSeconds };
}

type Started = Awaited<ReturnType<typeof startReachableBot>>;

/** What it reads of answers of the API. */
const Page = z.object({
  executions: z.array(z.object({ executionId: z.string() })),
  nextCursor: z.string().nullable(),
});

async function api({ bot, target }: Started, path: string): Promise<unknown> {
  const response = await fetch(`${bot.url}${path}`, {
    headers: { authorization: `Bearer ${target.apiToken}` },
  });
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

/** Waits for the end of all runs. @returns how many ended as they should, and the seconds that it took. */
async function workOff(started: Started, workflow: string) {
  const begun = performance.now();
  const list = async (query: string) =>
    Page.parse(await api(started, `/api/executions?workflowId=${workflow}&${query}`));
  for (;;) {
    const open = await Promise.all(
      ["queued", "running", "waiting"].map((status) => list(`limit=1&status=${status}`)),
    );
    if (open.every(({ executions }) => executions.length === 0)) break;
    await pause(250);
  }
  const seconds = (performance.now() - begun) / 1000;
  let cursor: string | null = null;
  const ids: Set<string> = new Set();
  do {
    const after = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const page: z.output<typeof Page> = await list(`limit=200&status=completed${after}`);
    for (const { executionId } of page.executions) ids.add(executionId);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return { ids, seconds };
}

const ms = (values: readonly number[], q: number): string =>
  `${Math.round(
    quantile(
      values.toSorted((a, b) => a - b),
      q,
    ),
  )} ms`;

async function measure(store: string, env: NodeJS.ProcessEnv): Promise<void> {
  await using simulator = await openSimulator({ realistic: false });
  await using started = await startReachableBot(simulator, env);
  const { bot, target } = started;
  const to = { url: bot.url, ...target.hook };
  await send({ ...to, connections, seconds: 5, name: "warm-up" });
  await workOff(started, "orders");
  const steady = await watching(bot, send({ ...to, connections, seconds, name: "steady" }));
  const ended = await workOff(started, "orders");
  const kept = new Set(ended.ids);
  const { result: sent } = steady;
  console.table({
    [`${store}, steady`]: {
      "accepted per second": Math.round(sent.executionIds.length / sent.seconds),
      "processor per webhook": `${((steady.cpuSeconds / sent.executionIds.length) * 1000).toFixed(2)} ms`,
      p50: ms(sent.tookMs, 0.5),
      p95: ms(sent.tookMs, 0.95),
      p99: ms(sent.tookMs, 0.99),
      "worked off after": `${ended.seconds.toFixed(1)} s`,
      "other answers": JSON.stringify({ ...sent.byStatus, 200: undefined }),
      "every 200 has its run": sent.executionIds.every((id) => kept.has(id)) ? "yes" : "NO",
    },
  });
  console.log(`memory, each half second: ${steady.samples.join(" ")} MB`);
}

console.log(
  `${cpus()[0]?.model ?? "CPU"} × ${cpus().length}, ${platform()} ${release()}, Node ${process.version}; ${seconds} s, ${connections} connections`,
);
await measure("SQLite", {});
if (mongoStackMissing === null) {
  await using server = await startMongoStackServer();
  await measure(server.name, { MONGODB_URI: server.uri() });
} else console.log(`Without MongoDB: ${mongoStackMissing}`);
