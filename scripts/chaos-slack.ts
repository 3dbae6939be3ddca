import { parseArgs } from "node:util";
import { type ChaosReport, embeddedStore } from "../test/support/chaos/chaos.ts";
import { openMongoChaos } from "../test/support/chaos/mongo-store.ts";
import { runChaosSlack } from "../test/support/chaos-slack/chaos-slack.ts";

/**
 * `npm run chaos:slack -- --seed 7 --seconds 180 --errands 300`: people work with the real bot in the simulator's Slack while
 * everything goes wrong that does in an hour of Slack, in so many seconds; prints what was lost, done twice or not answered.
 *
 * With `--store mongodb --bots 2` several bots share a MongoDB database. Nothing but this machine is reached, and it ends by
 * itself: after the seconds it waits a minute at most.
 */

/** More would not end within a working day. */
const MOST = { seconds: 3_600, errands: 5_000, bots: 5, speed: 100 } as const;

function wholeNumber(name: string, text: string, most = 999_999_999): number {
  if (/^\d{1,9}$/.test(text) && Number(text) <= most) return Number(text);
  console.error(`--${name} must be a whole number up to ${most}, such as --${name} 7.`);
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
      ? "Nothing was lost, nothing was done twice, everybody got an answer."
      : `${problems.length} things are wrong.`,
  );
}

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    seconds: { type: "string", default: "180" },
    errands: { type: "string", default: "300" },
    speed: { type: "string", default: "4" },
    store: { type: "string", default: "sqlite" },
    bots: { type: "string", default: "2" },
  },
});
const options = {
  seed: wholeNumber("seed", values.seed),
  seconds: wholeNumber("seconds", values.seconds, MOST.seconds),
  errands: wholeNumber("errands", values.errands, MOST.errands),
  speed: wholeNumber("speed", values.speed, MOST.speed),
};
if (values.store !== "sqlite" && values.store !== "mongodb") {
  console.error("--store must be sqlite or mongodb.");
  process.exit(64);
}
await using stage = new AsyncDisposableStack();
const store =
  values.store === "sqlite"
    ? embeddedStore
    : stage.use(await openMongoChaos(wholeNumber("bots", values.bots, MOST.bots)));
console.log(
  `Seed ${options.seed}: an hour of Slack in ${options.seconds} s, ${options.errands} errands, ${store.bots} bots on ${store.name}.`,
);
const report = await runChaosSlack({
  ...options,
  store,
  keepsEvidence: true,
  progress: (line) => console.log(line),
});
print(report);
process.exitCode = report.problems.length === 0 ? 0 : 1;
