import { parseArgs } from "node:util";
import { embeddedStore, runChaos } from "../test/support/chaos/chaos.ts";
import { openMongoChaos, openMortalMongoChaos } from "../test/support/chaos/mongo-store.ts";
import { finish, storeName, wholeNumber } from "./chaos/command-line.ts";

/**
 * `npm run chaos -- --seed 7 --executions 300 --kills 40`: mixed workflows on the real bot, which
 * is killed again and again; prints what was lost or done twice.
 *
 * With `--store mongodb --bots 3` several bots share a MongoDB database, on the server that the
 * tests would take; `--database-kills 6` kills the database, too, for which a server of its own is
 * started.
 */

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
await using stage = new AsyncDisposableStack();
const openShared = options.databaseKills > 0 ? openMortalMongoChaos : openMongoChaos;
const store =
  storeName(values.store) === "sqlite"
    ? embeddedStore
    : stage.use(await openShared(wholeNumber("bots", values.bots, { from: 1 })));
console.log(
  `Seed ${options.seed}: ${options.executions} executions, ${options.kills} kills, ${store.bots} bots on ${store.name}.`,
);
const report = await runChaos({
  ...options,
  store,
  keepsEvidence: true,
  progress: (line) => console.log(line),
});
finish(report, "Nothing was lost, nothing was done twice.");
