/**
 * What hostile connections cost the bot in HTTP mode, and whether they keep others out: slow headers and bodies, huge bodies, half-open
 * sockets and wrong signatures, while Slack, a program, a webhook's sender and a supervisor use it. Everything stays on this machine.
 *
 * Use alone grows the heap, too, until the collector finds it worth its while: after a warm-up, the same use is measured for as long without
 * and then with the hostile connections, and what they cost is the difference of the two peaks. Peaks are of resident memory, sampled four
 * times a second, so garbage that is not collected yet counts.
 *
 *   npm run bench:hostile -- [connections] [seconds]
 */
import { readFile } from "node:fs/promises";
import { cpus, platform, release } from "node:os";
import { openSimulator } from "../simulator/simulator.ts";
import { quantile } from "../src/shared/quantile.ts";
import { attack, type Served, useHonestly } from "../test/support/hostile-load.ts";
import { pause } from "../test/support/pause.ts";
import { startReachableBot } from "../test/support/reachable-bot.ts";

const [connections = 300, seconds = 60] = process.argv.slice(2).map(Number);
const WARM_UP_MS = 15_000;

await using simulator = await openSimulator({ realistic: false });
await using started = await startReachableBot(simulator);
const { bot, target } = started;

/** Memory of the bot's process, in MB. */
async function residentMegabytes(): Promise<number> {
  const status = await readFile(`/proc/${bot.pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

/** Uses the bot for a while. @returns what became of it, and the most memory that the bot had. */
async function measure(ms: number, work: (signal: AbortSignal) => Promise<unknown>) {
  const end = new AbortController();
  const samples: number[] = [];
  const working = work(end.signal);
  const using = useHonestly(target, end.signal);
  for (const until = performance.now() + ms; performance.now() < until; await pause(250))
    samples.push(await residentMegabytes());
  end.abort();
  await working;
  return { served: await using, peak: Math.max(...samples) };
}

function row(what: string, { served, peak }: { readonly served: Served; readonly peak: number }) {
  const took = served.tookMs.toSorted((a, b) => a - b);
  return {
    what,
    answered: served.answered,
    refused: served.refused.length,
    "95 of 100 within": `${Math.round(quantile(took, 0.95))} ms`,
    "most memory": `${Math.round(peak)} MB`,
  };
}

await measure(WARM_UP_MS, async () => undefined);
const alone = await measure(seconds * 1000, async () => undefined);
const attacked = await measure(seconds * 1000, (signal) => attack(target, connections, signal));
const after = await measure(5000, async () => undefined);

console.log(
  `${cpus()[0]?.model ?? "CPU"} × ${cpus().length}, ${platform()} ${release()}, Node ${process.version}`,
);
console.table([
  row(`alone, ${seconds} s`, alone),
  row(`with ${connections} hostile connections, ${seconds} s`, attacked),
  row("after them", after),
]);
console.log(`They cost ${Math.round(attacked.peak - alone.peak)} MB.`);
for (const why of [...new Set(attacked.served.refused)].slice(0, 10)) console.log(why);
