import { mkdtempDisposableSync } from "node:fs";
import { cpus, platform, release, tmpdir } from "node:os";
import { join } from "node:path";
import { openSqliteStore } from "../src/store/sqlite/open.ts";
import { benchCommit, benchHead } from "./records.ts";

/**
 * Commits per second of the embedded store: `node bench/store.ts [folder]`.
 *
 * The folder decides which disk is measured; without one it is the system's folder for temporary
 * files.
 */
const [, , folder = tmpdir()] = process.argv;
const DURATION_MS = 3_000;
/** About what a step of an AI workflow records. */
const OUTPUT = "x".repeat(600);

interface Result {
  readonly perSecond: number;
  readonly perTransaction: number;
  readonly medianMs: number;
  readonly p99Ms: number;
}

async function measure(synchronous: "full" | "normal", concurrency: number): Promise<Result> {
  using dir = mkdtempDisposableSync(join(folder, "heddle-bench-"));
  await using store = await openSqliteStore({ path: join(dir.path, "heddle.db"), synchronous });
  const latencies: number[] = [];
  const ids = Array.from({ length: concurrency }, (_, n) => `exec_${n}`);
  await Promise.all(ids.map((id) => store.executions.insert(benchHead(id, 0))));
  const transactionsBefore = store.transactions;
  const start = performance.now();
  await Promise.all(
    ids.map(async (id) => {
      for (let rev = 1; performance.now() - start < DURATION_MS; rev += 1) {
        const before = performance.now();
        await store.log.commit(benchCommit(id, rev, OUTPUT), benchHead(id, rev), []);
        latencies.push(performance.now() - before);
      }
    }),
  );
  const seconds = (performance.now() - start) / 1_000;
  latencies.sort((a, b) => a - b);
  return {
    perSecond: latencies.length / seconds,
    perTransaction: latencies.length / (store.transactions - transactionsBefore),
    medianMs: latencies[Math.floor(latencies.length * 0.5)] ?? 0,
    p99Ms: latencies[Math.floor(latencies.length * 0.99)] ?? 0,
  };
}

const [cpu] = cpus();
console.log(
  `${cpu?.model.trim() ?? "unknown CPU"}, ${cpus().length} cores, ${platform()} ${release()}, Node ${process.versions.node}, SQLite ${process.versions["sqlite"] ?? "?"}`,
);
console.log(
  `file in ${folder}, WAL, ${OUTPUT.length} bytes of output a commit, ${DURATION_MS / 1_000} s each`,
);
for (const synchronous of ["full", "normal"] as const) {
  for (const concurrency of [1, 100]) {
    const { perSecond, perTransaction, medianMs, p99Ms } = await measure(synchronous, concurrency);
    console.log(
      `synchronous ${synchronous.padEnd(6)}  ${String(concurrency).padStart(3)} at once  ${perSecond.toFixed(0).padStart(7)} commits/s  ${perTransaction.toFixed(1).padStart(6)} a transaction  median ${medianMs.toFixed(2)} ms  p99 ${p99Ms.toFixed(2)} ms`,
    );
  }
}
