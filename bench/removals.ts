import { mkdtempDisposableSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { Families } from "../src/engine/executions/families.ts";
import { RemovalJobs } from "../src/engine/executions/removal-jobs.ts";
import { systemClock } from "../src/engine/ports/clock.ts";
import type { Store } from "../src/engine/ports/store.ts";
import { openSqliteStore } from "../src/store/sqlite/open.ts";
import { benchCommit, benchHead } from "./records.ts";

/**
 * What removing runs costs those under way: commits per second of the embedded store with and without a removal in the background,
 * by turns in one process: `node bench/removals.ts [folder]`.
 */
const [, , folder = tmpdir()] = process.argv;
const TURNS = 6;
const TURN_MS = 2_000;
/** Runs that have ended: more than are removed. */
const OLD = 4_000;
/** Commits of each. */
const COMMITS = 12;
const AT_ONCE = 20;
/** About what a step of an AI workflow records. */
const OUTPUT = "x".repeat(600);

interface Load {
  readonly commits: number;
  readonly p99Ms: number;
}

async function seed(store: Store): Promise<void> {
  for (let first = 0; first < OLD; first += 100) {
    const ids = Array.from({ length: 100 }, (_, n) => `exec_old_${first + n}`);
    await Promise.all(
      ids.map(async (id) => {
        await store.executions.insert(benchHead(id, 0));
        const over = { status: "completed", due: null, owner: null, endedAt: 1 } as const;
        for (let rev = 1; rev <= COMMITS; rev += 1) {
          const head = benchHead(id, rev);
          const record = rev === COMMITS ? { ...head, ...over } : head;
          await store.log.commit(benchCommit(id, rev, OUTPUT), record, []);
        }
      }),
    );
  }
}

/** Commits of runs under way, for one turn. */
async function load(store: Store, turn: number): Promise<Load> {
  const latencies: number[] = [];
  const begun = performance.now();
  const ids = Array.from({ length: AT_ONCE }, (_, n) => `exec_live_${turn}_${n}`);
  await Promise.all(
    ids.map(async (id) => {
      await store.executions.insert(benchHead(id, 0));
      for (let rev = 1; performance.now() - begun < TURN_MS; rev += 1) {
        const before = performance.now();
        await store.log.commit(benchCommit(id, rev, OUTPUT), benchHead(id, rev), []);
        latencies.push(performance.now() - before);
      }
    }),
  );
  latencies.sort((a, b) => a - b);
  return { commits: latencies.length, p99Ms: latencies[Math.floor(latencies.length * 0.99)] ?? 0 };
}

using dir = mkdtempDisposableSync(join(folder, "heddle-bench-"));
await using store = await openSqliteStore({ path: join(dir.path, "heddle.db") });
await seed(store);
const removals = new RemovalJobs({
  ...{ store, clock: systemClock, process: "bench", onDone: async () => undefined },
  logger: pino({ level: "warn" }),
  families: new Families({ store, clock: systemClock }),
});
await removals.jobs.stop();
await removals.begin({ kind: "filter", endedBefore: Date.now() }, "api");
const countLeft = async (): Promise<number> =>
  (await store.executions.findIds("exec_old_", OLD)).length;

const ratios: number[] = [];
// The first commits of a store are slower than those that follow.
await load(store, -1);
for (let turn = 0; turn < TURNS; turn += 1) {
  const without = await load(store, turn * 2);
  removals.jobs.start();
  const before = await countLeft();
  const during = await load(store, turn * 2 + 1);
  await removals.jobs.stop();
  const removed = before - (await countLeft());
  ratios.push(during.commits / without.commits);
  const perSecond = (count: number): string => ((count * 1000) / TURN_MS).toFixed(0).padStart(6);
  console.log(
    `without ${perSecond(without.commits)} commits/s, p99 ${without.p99Ms.toFixed(1)} ms; with ${perSecond(during.commits)} commits/s, p99 ${during.p99Ms.toFixed(1)} ms, ${perSecond(removed)} runs of ${COMMITS} commits removed a second`,
  );
}
const [low = 0, high = 0] = ratios.toSorted((a, b) => a - b).slice(TURNS / 2 - 1, TURNS / 2 + 1);
console.log(
  `with a removal: ${(50 * (low + high)).toFixed(1)} % of the commits without (median of ${TURNS} turns)`,
);
