import { describe, expect, test } from "vitest";
import { runChaos } from "../support/chaos/chaos.ts";
import { openMongoChaos, openMortalMongoChaos } from "../support/chaos/mongo-store.ts";
import { mongoMissing, mongoStackMissing } from "../support/mongo-server.ts";

if (mongoMissing !== null) {
  process.stderr.write(`Several bots on one MongoDB: skipped. ${mongoMissing}.\n`);
}
if (mongoStackMissing !== null) {
  process.stderr.write(`A MongoDB that is killed under load: skipped. ${mongoStackMissing}.\n`);
}

const BOTS = 3;

/** Leases of bots that were killed run for 30 s before others take over. */
const PATIENCE_MS = 300_000;

/** The long forms: `npm run chaos -- --store mongodb --executions 300 --kills 20`, and with `--database-kills 10`. */
describe(`${BOTS} bots that share the work`, () => {
  test.skipIf(mongoMissing !== null)(
    "lose nothing and do nothing twice while they are killed in turn",
    async () => {
      await using store = await openMongoChaos(BOTS);
      const { problems, counts } = await runChaos({ seed: 7, executions: 24, kills: 4, store });

      expect(problems).toEqual([]);
      expect(counts.get("kills")).toBe(4);
    },
    PATIENCE_MS,
  );

  test.skipIf(mongoStackMissing !== null)(
    "lose nothing and do nothing twice while their database is killed",
    async () => {
      await using store = await openMortalMongoChaos(BOTS);
      const chaos = { seed: 7, executions: 24, kills: 0, databaseKills: 4, store };
      const { problems, counts } = await runChaos(chaos);

      expect(problems).toEqual([]);
      expect(counts.get("kills of the database")).toBe(4);
    },
    PATIENCE_MS,
  );
});
