import { parseArgs } from "node:util";
import { type ChaosReport, embeddedStore, runChaos } from "../test/support/chaos/chaos.ts";
import { openMongoChaos, openMortalMongoChaos } from "../test/support/chaos/mongo-store.ts";

/**
 * `npm run chaos -- --seed 7 --executions 300 --kills 40`: mixed workflows on the real bot, which
 * is killed again and again; prints what was lost or done twice.
 *
 * With `--store mongodb --bots 3` several bots share a MongoDB database, on the server that the
 * tests would take; `--database-kills 6` kills the database, too, for which a server of its own is
 * started.
 */

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  console.error(`--${name} must be a whole number, such as --${name} 7.`);
  process.exit(64);
}

function print({ counts, problems, seconds, evidence }: ChaosReport): void {
  for (const [what, count] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    console.log(`${what.padEnd(44)}${String(count).padStart(10)}`);
  }
  console.log(`${"seconds".padEnd(44)}${seconds.toFixed(1).padStart(10)}`);
  for (const problem of problems.slice(0, 50)) console.log(`WRONG  ${problem}`);
  if (evidence !== null) console.log(`The state of the bots is kept in ${evidence}.`);
  console.log(
    problems.length === 0
      ? "Nothing was lost, nothing was done twice."
      : `${problems.length} things are wrong.`,
  );
}

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    executions: { type: "string", default: "300" },
    kills: { type: "string", default: "40" },
    store: { type: "string", default: "sqlite" },
    bots: { type: "string", default: "3" },
    "database-kills": { type: "string", default: "0" },
  },
});
const options = {
  seed: wholeNumber("seed", values.seed),
  executions: wholeNumber("executions", values.executions),
  kills: wholeNumber("kills", values.kills),
  databaseKills: wholeNumber("database-kills", values["database-kills"]),
};
if (values.store !== "sqlite" && values.store !== "mongodb") {
  console.error("--store must be sqlite or mongodb.");
  process.exit(64);
}
await using stage = new AsyncDisposableStack();
const openShared = options.databaseKills > 0 ? openMortalMongoChaos : openMongoChaos;
const store =
  values.store === "sqlite"
    ? embeddedStore
    : stage.use(await openShared(wholeNumber("bots", values.bots)));
console.log(
  `Seed ${options.seed}: ${options.executions} executions, ${options.kills} kills, ${store.bots} bots on ${store.name}.`,
);
const report = await runChaos({
  ...options,
  store,
  keepsEvidence: true,
  progress: (line) => console.log(line),
});
print(report);
process.exitCode = report.problems.length === 0 ? 0 : 1;
