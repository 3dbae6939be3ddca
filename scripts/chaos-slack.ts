import { parseArgs } from "node:util";
import { embeddedStore } from "../test/support/chaos/chaos.ts";
import { openMongoChaos } from "../test/support/chaos/mongo-store.ts";
import { runChaosSlack } from "../test/support/chaos-slack/chaos-slack.ts";
import { finish, storeName, wholeNumber } from "./chaos/command-line.ts";

/**
 * `npm run chaos:slack -- --seed 7 --seconds 180 --errands 300`: people work with the real bot in the simulator's Slack while
 * everything goes wrong that does in an hour of Slack, in so many seconds; prints what was lost, done twice or not answered.
 *
 * With `--store mongodb --bots 2` several bots share a MongoDB database. Nothing but this machine is reached, and it ends by
 * itself: after the seconds it waits two minutes at most.
 */

/** More would not end within a working day. */
const RANGES = {
  seconds: { from: 1, to: 3_600 },
  errands: { from: 1, to: 5_000 },
  bots: { from: 1, to: 5 },
  speed: { from: 1, to: 100 },
} as const;

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
  seconds: wholeNumber("seconds", values.seconds, RANGES.seconds),
  errands: wholeNumber("errands", values.errands, RANGES.errands),
  speed: wholeNumber("speed", values.speed, RANGES.speed),
};
await using stage = new AsyncDisposableStack();
const store =
  storeName(values.store) === "sqlite"
    ? embeddedStore
    : stage.use(await openMongoChaos(wholeNumber("bots", values.bots, RANGES.bots)));
console.log(
  `Seed ${options.seed}: an hour of Slack in ${options.seconds} s, ${options.errands} errands, ${store.bots} bots on ${store.name}.`,
);
const report = await runChaosSlack({
  ...options,
  store,
  keepsEvidence: true,
  progress: (line) => console.log(line),
});
finish(report, "Nothing was lost, nothing was done twice, every person got an answer.");
