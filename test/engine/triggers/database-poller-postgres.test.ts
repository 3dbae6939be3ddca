import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDatabaseService } from "../../../src/services/database/database-service.ts";
import { type Json, type JsonObject, readNumber } from "../../../src/shared/json.ts";
import { type PostgresServer, postgresMissing, startPostgres } from "../../support/postgres.ts";
import { serviceContext } from "../../support/service-context.ts";
import { until } from "../../support/until.ts";
import { TriggerHarness } from "./trigger-harness.ts";

if (postgresMissing !== null) {
  process.stderr.write(`Triggers by rows of PostgreSQL: skipped. ${postgresMissing}.\n`);
}

describe.skipIf(postgresMissing !== null)("rows of PostgreSQL start runs", () => {
  let server: PostgresServer;
  let service: ReturnType<typeof createDatabaseService>;

  beforeAll(async () => {
    server = await startPostgres();
    service = createDatabaseService({ urls: { default: server.url } });
  });
  afterAll(async () => {
    await service?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  async function query(sql: string, values: readonly Json[] = []): Promise<Json> {
    const action = service.actions["query"];
    if (!action) throw new Error("There is no action.");
    return action.execute({ query: sql, values }, serviceContext());
  }

  /** A table whose rows have the reading of a clock in `zone`, in a database whose zone is `of`; and a trigger that waits for them. */
  async function watch(of: string, zone: string, more: JsonObject = {}) {
    await query(`ALTER DATABASE postgres SET timezone = '${of}'`);
    await service[Symbol.asyncDispose]();
    service = createDatabaseService({ urls: { default: server.url } });
    await query("DROP TABLE IF EXISTS tickets");
    await query("CREATE TABLE tickets (id int, updated_at timestamp)");
    const harness = await TriggerHarness.open({ services: [service] });
    const put = async (id: number, at: number) =>
      query("INSERT INTO tickets VALUES ($1, $2::timestamptz AT TIME ZONE $3)", [
        id,
        new Date(at).toISOString(),
        zone,
      ]);
    const engine = await harness.start();
    const now = harness.clock.now();
    await put(1, now - 3_600_000);
    await put(2, now - 1000);
    const trigger = {
      type: "database-change",
      query: "SELECT id FROM tickets WHERE updated_at > $1",
      pollIntervalMs: 10_000,
      ...more,
    };
    /** Waits until the look that begins now is over. */
    const looked = async () =>
      until(async () => {
        const [mark] = await harness.store.kv.list("database-change:");
        return readNumber(mark?.value, "at") === harness.clock.now() || undefined;
      });
    await harness.deploy(engine, "triage", trigger);
    await looked();
    return {
      now: () => harness.clock.now(),
      put,
      look: async () => {
        await harness.clock.advance(10_000);
        await looked();
      },
      found: async () => (await harness.runs(engine, "triage")).map((run) => run["changeRecord"]),
      [Symbol.asyncDispose]: () => harness[Symbol.asyncDispose](),
    };
  }

  test.each<[string, string, JsonObject]>([
    ["UTC", "UTC", {}],
    ["America/New_York", "America/New_York", {}],
    ["America/New_York", "UTC", {}],
    ["Asia/Tokyo", "Asia/Tokyo", {}],
    ["Asia/Tokyo", "UTC", {}],
    ["UTC", "Asia/Tokyo", { timezone: "Asia/Tokyo" }],
    ["UTC", "America/Los_Angeles", { timezone: "America/Los_Angeles" }],
    ["Asia/Tokyo", "America/Los_Angeles", { timezone: "America/Los_Angeles" }],
  ])(
    "of a database in %s, written by a clock in %s, with %j: each once, none from before",
    async (of, zone, more) => {
      await using bench = await watch(of, zone, more);
      await bench.look();
      expect(await bench.found()).toEqual([]);

      await bench.put(3, bench.now() + 1000);
      await bench.put(4, bench.now() + 1000);
      await bench.look();
      await bench.put(5, bench.now() - 15_000);
      await bench.look();
      await bench.look();

      const found = await bench.found();
      expect(found).toHaveLength(3);
      expect(found).toEqual(expect.arrayContaining([{ id: 3 }, { id: 4 }, { id: 5 }]));
    },
  );
});
