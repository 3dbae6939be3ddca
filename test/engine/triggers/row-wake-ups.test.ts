import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDatabaseService } from "../../../src/services/database/database-service.ts";
import { pgbouncerMissing, startPgBouncer } from "../../support/pgbouncer.ts";
import { type PostgresServer, startPostgres } from "../../support/postgres.ts";
import { until } from "../../support/until.ts";
import { MarkedRowsBench } from "./marked-rows-bench.ts";

if (pgbouncerMissing !== null) {
  process.stderr.write(`Notifications of PostgreSQL: skipped. ${pgbouncerMissing}.\n`);
}

/** Less than passes between two looks. */
const SOON_MS = 9000;

describe.skipIf(pgbouncerMissing !== null)("a database that notifies of new rows", () => {
  let server: PostgresServer;
  let sql: Client;

  beforeAll(async () => {
    server = await startPostgres();
    sql = new Client({ connectionString: server.url });
    await sql.connect();
    await sql.query(`
      CREATE TABLE orders (id bigserial PRIMARY KEY);
      CREATE FUNCTION notify_orders() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN NOTIFY "New orders"; RETURN NULL; END $$;
      CREATE TRIGGER told AFTER INSERT ON orders EXECUTE FUNCTION notify_orders()`);
  });
  afterAll(async () => {
    await sql?.end();
    await server?.[Symbol.asyncDispose]();
  });

  const trigger = { query: "SELECT id FROM orders", mark: "id", notify: "New orders" };
  const put = async () => sql.query("INSERT INTO orders DEFAULT VALUES");

  async function open(url: string) {
    const service = createDatabaseService({ urls: { default: url } });
    const bench = await MarkedRowsBench.open(service);
    /** Waits until there are so many runs, and returns the time that passed for the bot. */
    const reach = async (count: number): Promise<number> => {
      const { clock } = bench.harness;
      const before = clock.now();
      await until(async () => {
        await clock.advance(20);
        return (await bench.found()).length === count || undefined;
      });
      return clock.now() - before;
    };
    return {
      bench,
      reach,
      async [Symbol.asyncDispose]() {
        await bench[Symbol.asyncDispose]();
        await service[Symbol.asyncDispose]();
      },
    };
  }

  test("starts runs at once, and still by polling when its connection is gone, until it is back", async () => {
    await using harness = await open(server.url);
    const { bench, reach } = harness;
    await bench.deploy(trigger);
    await put();
    expect(await reach(1)).toBeLessThan(SOON_MS);
    for (let count = 0; count < 30; count += 1) await put();
    expect(await reach(31)).toBeLessThan(SOON_MS);

    const killed = await sql.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND pid <> pg_backend_pid()",
    );
    expect(killed.rowCount).toBe(1);
    await put();
    await bench.look();
    await reach(32);
    await bench.look();
    await put();
    expect(await reach(33)).toBeLessThan(SOON_MS);
    expect(bench.stalls).toEqual([]);
  });

  test("starts runs at once through a pool in session mode", async () => {
    await using pool = await startPgBouncer(server.url, [
      "default_pool_size = 10",
      "pool_mode = session",
    ]);
    await using harness = await open(pool.url);
    await harness.bench.deploy(trigger);
    await put();
    expect(await harness.reach(1)).toBeLessThan(SOON_MS);
  });

  test.each([1, 4])(
    "is reported not to, and polled, behind a pool in transaction mode of %d connections",
    async (size) => {
      await using pool = await startPgBouncer(server.url, [`default_pool_size = ${size}`]);
      await using harness = await open(pool.url);
      const { bench } = harness;
      await bench.deploy(trigger);
      expect(bench.stalls).toEqual([expect.stringContaining("passes no notifications on")]);
      await put();
      await bench.look();
      expect(await bench.found()).toHaveLength(1);
      await bench.look();
      expect(bench.stalls).toHaveLength(1);
    },
  );
});
