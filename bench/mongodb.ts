import { randomBytes } from "node:crypto";
import { cpus, platform, release } from "node:os";
import { MongoClient } from "mongodb";
import type { TotalsDelta } from "../src/engine/model/totals.ts";
import type { Commit, ExecutionRecord } from "../src/engine/ports/executions.ts";
import { openMongoStore } from "../src/store/mongodb/open.ts";
import { benchCommit, benchHead } from "./records.ts";

/**
 * Durable steps per second through the store, beside single-document inserts per second of the driver on the same server:
 * `node bench/mongodb.ts mongodb://127.0.0.1:27017/ 1,16,64`, the numbers being how many work at once. The database it makes is dropped afterwards.
 */
const [, , uri = "mongodb://127.0.0.1:27017/", atOnce = "1,16,64"] = process.argv;
const DURATION_MS = 4000;
/** About what a step of an AI workflow records. */
const OUTPUT = "x".repeat(600);
const ROUNDS = 2;
const database = `heddle_bench_${randomBytes(4).toString("hex")}`;

interface Rate {
  readonly perSecond: number;
  readonly medianMs: number;
  readonly p99Ms: number;
}

/** Lets so many callers work one after the other, each for as long as the measurement lasts. */
async function measure(
  callers: number,
  work: (caller: number, turn: number) => Promise<unknown>,
  finish: () => Promise<unknown> = async () => undefined,
): Promise<Rate> {
  const latencies: number[] = [];
  const start = performance.now();
  await Promise.all(
    Array.from({ length: callers }, async (_, caller) => {
      for (let turn = 1; performance.now() - start < DURATION_MS; turn += 1) {
        const before = performance.now();
        await work(caller, turn);
        latencies.push(performance.now() - before);
      }
    }),
  );
  await finish();
  const seconds = (performance.now() - start) / 1000;
  latencies.sort((a, b) => a - b);
  const at = (share: number): number => latencies[Math.floor(latencies.length * share)] ?? 0;
  return { perSecond: latencies.length / seconds, medianMs: at(0.5), p99Ms: at(0.99) };
}

/** The measure of the server: a document like a commit's, one insert after the other. */
async function rawInserts(client: MongoClient, callers: number): Promise<Rate> {
  const raw = client
    .db(database)
    .collection<{ _id: string; execution: string; events: string }>("raw");
  const run = randomBytes(4).toString("hex");
  const events = JSON.stringify(commitOf("exec", 1).events);
  return measure(callers, (caller, turn) =>
    raw.insertOne({ _id: `${run}:${caller}:${turn}`, execution: `exec_${caller}`, events }),
  );
}

/** Steps as the engine makes them: a commit with its head and its totals. */
async function durableSteps(callers: number): Promise<Rate> {
  await using store = await openMongoStore(`${uri}${database}`);
  const run = randomBytes(4).toString("hex");
  const ids = Array.from({ length: callers }, (_, caller) => `exec_${run}_${caller}`);
  await Promise.all(ids.map((id) => store.executions.insert(benchHead(id, 0))));
  // What follows the commits belongs to the price: heads are written and totals counted before the clock is stopped.
  return await measure(
    callers,
    (caller, turn) => {
      const id = ids[caller] ?? "";
      return store.log.commit(commitOf(id, turn), headOf(id, turn), [], [totalOf(turn)]);
    },
    () => store.totals.read({ dimension: "step", from: 0, to: 1 }),
  );
}

/** Every fifth step waits, so that its head is written at once. */
function headOf(id: string, rev: number): ExecutionRecord {
  const head = benchHead(id, rev);
  return rev % 5 === 0 ? { ...head, status: "waiting", owner: null } : head;
}

function commitOf(id: string, rev: number): Commit {
  return benchCommit(id, rev, OUTPUT);
}

function totalOf(at: number): TotalsDelta {
  return {
    workflowId: "bench",
    dimension: "step",
    name: `step_${at % 5}`,
    hour: 0,
    started: 1,
    completed: 1,
    failed: 0,
    cancelled: 0,
    durationMs: 0,
    costNano: 1000,
    costUnknown: 0,
    calls: 1,
    promptTokens: 100,
    completionTokens: 10,
  };
}

await using client = await new MongoClient(uri, { writeConcern: { w: "majority" } }).connect();
const { version } = await client.db("admin").command({ buildInfo: 1 });
const [cpu] = cpus();
console.log(
  `${cpu?.model.trim() ?? "unknown CPU"}, ${cpus().length} cores, ${platform()} ${release()}, Node ${process.versions.node}, server ${version}`,
);
console.log(
  `${OUTPUT.length} bytes of output a step, ${DURATION_MS / 1000} s each, best of ${ROUNDS} rounds in turn`,
);
try {
  for (const callers of atOnce.split(",").map(Number)) {
    const rounds: (readonly [Rate, Rate])[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      rounds.push([await rawInserts(client, callers), await durableSteps(callers)]);
    }
    const best = (index: 0 | 1): Rate =>
      rounds.map((round) => round[index]).reduce((a, b) => (b.perSecond > a.perSecond ? b : a));
    const [raw, steps] = [best(0), best(1)];
    for (const [name, rate] of [
      ["raw inserts", raw],
      ["durable steps", steps],
    ] as const) {
      console.log(
        `${String(callers).padStart(3)} at once  ${name.padEnd(14)} ${rate.perSecond.toFixed(0).padStart(7)} a second  median ${rate.medianMs.toFixed(2)} ms  p99 ${rate.p99Ms.toFixed(2)} ms`,
      );
    }
    console.log(`             steps / raw     ${(steps.perSecond / raw.perSecond).toFixed(2)}`);
  }
} finally {
  await client.db(database).dropDatabase();
}
