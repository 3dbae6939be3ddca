/**
 * What becomes of 1,000 approvals that 50 people decide at once, under Slack's limits: how soon clicks are acknowledged, whether
 * a decision is lost or counts twice, and how long the cards take. Slack allows about 50 edits a minute, so this takes half an hour.
 *
 *   node bench/approvals.ts [approvals] [people]
 */
import { cpus, platform, release } from "node:os";
import { parseArgs } from "node:util";
import { decideTogether } from "../test/support/approval-load.ts";

const { positionals } = parseArgs({ allowPositionals: true });
const [approvals = 1000, people = 50] = positionals.map(Number);

const report = await decideTogether({
  approvals,
  people,
  realistic: true,
  waitsForCards: true,
  progress: console.log,
});

const sorted = report.ackMs.toSorted((a, b) => a - b);
const at = (part: number): number => sorted[Math.floor(sorted.length * part)] ?? 0;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
/** Twenty edits at once, then 50 a minute: `src/slack/outgoing/limits.ts`. */
const leastMs = (Math.max(approvals - 20, 0) / 50) * 60_000;

console.log(
  `${cpus()[0]?.model ?? "CPU"} × ${cpus().length}, ${platform()} ${release()}, Node ${process.version}`,
);
console.table({
  approvals,
  people,
  clicks: report.clicks,
  "not acknowledged within 3 s": report.unacknowledged,
  "acknowledged, p50": `${at(0.5)} ms`,
  "acknowledged, p99": `${at(0.99)} ms`,
  "acknowledged, last": `${sorted.at(-1) ?? 0} ms`,
  "had to click again": report.repeated,
  "wrong, lost or doubled": report.problems.length,
  "posting all cards": seconds(report.postingMs),
  "until all were decided": seconds(report.decidingMs),
  "until all cards were right": seconds(report.cardsMs),
  "least that the limit of edits allows": seconds(leastMs),
});
for (const problem of report.problems.slice(0, 20)) console.log(problem);
process.exitCode = report.problems.length + report.unacknowledged === 0 ? 0 : 1;
