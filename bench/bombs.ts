import { cpus, platform, release } from "node:os";
import { parseArgs } from "node:util";
import { ANSWERS } from "../test/support/bombs/answers.ts";
import { BOMBS } from "../test/support/bombs/bombs.ts";
import { BombSite } from "../test/support/bombs/site.ts";

/**
 * For how long what is made for that keeps the event loop of the real bot, worst first: `node bench/bombs.ts -- [part of a name]`.
 *
 * The bot is a process of its own, and its thread's own work between two turns of the loop is counted, in milliseconds of the processor on
 * which the limit was set.
 */
const {
  positionals: [part = ""],
} = parseArgs({ allowPositionals: true });
const [cpu] = cpus();
console.log(
  `${cpu?.model.trim() ?? "unknown CPU"}, ${cpus().length} cores, ${platform()} ${release()}, Node ${process.versions.node}`,
);

await using site = await BombSite.open(ANSWERS);
await site.longestTurn();
const figures: (readonly [ms: number, name: string])[] = [];
for (const [index, bomb] of BOMBS.entries()) {
  if (!bomb.name.includes(part)) continue;
  const begun = performance.now();
  await bomb.drop(site, `bomb-${index}`).catch((error) => console.log(`${bomb.name}: ${error}`));
  const took = performance.now() - begun;
  const ms = await site.longestTurn();
  figures.push([ms, `${bomb.name} (${(took / 1000).toFixed(1)} s)`]);
  if (process.stderr.isTTY) console.error(`${ms} ms  ${bomb.name}`);
}
for (const [ms, name] of figures.toSorted(([a], [b]) => b - a))
  console.log(`${String(ms).padStart(6)} ms  ${name}`);
for (const line of site.errors) console.log(line);
