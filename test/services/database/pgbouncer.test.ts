import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDatabaseService } from "../../../src/services/database/database-service.ts";
import { createServiceRegistry } from "../../../src/services/registry.ts";
import type { Json, JsonObject } from "../../../src/shared/json.ts";
import { startCuttingProxy } from "../../support/cutting-proxy.ts";
import { type PgBouncer, pgbouncerMissing, startPgBouncer } from "../../support/pgbouncer.ts";
import { type PostgresServer, startPostgres } from "../../support/postgres.ts";
import { serviceContext } from "../../support/service-context.ts";
import { until } from "../../support/until.ts";

if (pgbouncerMissing !== null) {
  process.stderr.write(`Queries through PgBouncer: skipped. ${pgbouncerMissing}.\n`);
}

describe.skipIf(pgbouncerMissing !== null)("a query through PgBouncer in transaction mode", () => {
  let server: PostgresServer;
  let pool: PgBouncer;
  let service: ReturnType<typeof createDatabaseService>;

  beforeAll(async () => {
    server = await startPostgres();
    pool = await startPgBouncer(server.url);
    service = createDatabaseService({
      urls: {
        default: pool.url,
        reports: `${pool.url}?readonly=true`,
        direct: server.url,
        options: `${pool.url}?options=-c%20search_path%3Dapp`,
        nowhere: pool.url.replace(/postgres$/, "nowhere"),
      },
    });
    await query("CREATE TABLE orders (id serial PRIMARY KEY, item text, tags jsonb)");
  });
  afterAll(async () => {
    await service?.[Symbol.asyncDispose]();
    await pool?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  async function query(
    sql: string,
    values: readonly Json[] = [],
    more: { connection?: string; signal?: AbortSignal } = {},
  ): Promise<Json> {
    const { connection, signal } = more;
    const params: JsonObject = { query: sql, values, ...(connection && { connection }) };
    const context = serviceContext(signal && { signal });
    return createServiceRegistry([service]).execute("database", "query", params, context);
  }

  test("takes and gives values as it does without", async () => {
    const insert = "INSERT INTO orders (item, tags) VALUES ($1, $2) RETURNING item, tags";
    expect(await query(insert, ["a", [1, "b"]])).toEqual({
      rows: [{ item: "a", tags: [1, "b"] }],
      rowCount: 1,
    });
    expect(
      await query(
        "SELECT ARRAY[timestamptz '2026-11-23 10:00+01'] AS t, interval '1 day' AS i, '\\x00'::bytea AS b",
      ),
    ).toMatchObject({ rows: [{ t: ["2026-11-23T09:00:00Z"], i: "P1D", b: "AA==" }] });
  });

  test("runs beside others that share one connection to the server", async () => {
    const numbers = Array.from({ length: 20 }, (_, index) => index);
    const answers = await Promise.all(
      numbers.map((n) => query("SELECT $1::int AS n, ARRAY[$1::int] AS list", [n])),
    );

    expect(answers).toEqual(numbers.map((n) => ({ rows: [{ n, list: [n] }], rowCount: 1 })));
  });

  test("keeps its limits: time-outs, reads only, one transaction each", async () => {
    expect(
      await query(
        "SELECT current_setting('statement_timeout') AS s, current_setting('idle_in_transaction_session_timeout') AS i",
      ),
    ).toMatchObject({ rows: [{ s: "6min", i: "6min" }] });
    const connection = "reports";
    await expect(query("DELETE FROM orders", [], { connection })).rejects.toThrow("(25006)");
    await expect(query("SELECT repeat('x', 300000000)")).rejects.toMatchObject({
      code: "limit_exceeded",
    });
    expect(await query("SELECT 1 AS n")).toMatchObject({ rows: [{ n: 1 }] });
  });

  test("leaves nothing behind for other clients of the pool", async () => {
    await query(
      "WITH a AS (SELECT set_config('search_path', 'pg_catalog', false), set_config('TimeZone', 'Asia/Tokyo', false)) SELECT count(*) FROM a",
    );

    const { Client } = await import("pg");
    const other = new Client({ connectionString: pool.url });
    await other.connect();
    const settings = await other.query(
      "SELECT current_setting('search_path') AS s, current_setting('statement_timeout') AS t, (SELECT count(*)::int FROM pg_prepared_statements) AS n",
    );
    await other.end();
    expect(settings.rows).toEqual([{ s: '"$user", public', t: "0", n: 0 }]);
  });

  test("that is stopped ends on the server, too", async () => {
    const stop = new AbortController();
    const slow = query("SELECT pg_sleep(600)", [], { signal: stop.signal });
    const running = async () => {
      const sql =
        "SELECT 1 FROM pg_stat_activity WHERE query ~ '^SELECT pg_sleep' AND state = 'active'";
      const found = await query(sql, [], { connection: "direct" });
      return (found as { rowCount: number }).rowCount;
    };
    await until(async () => (await running()) || undefined);

    stop.abort(new Error("too long"));

    await expect(slow).rejects.toThrow("too long");
    await until(async () => (await running()) === 0 || undefined);
    expect(await query("SELECT 1 AS n")).toMatchObject({ rowCount: 1 });
  });

  test("whose commit is cut off has an unknown outcome", async () => {
    await using proxy = await startCuttingProxy(pool.url, "COMMIT");
    await using cut = createDatabaseService({ urls: { default: proxy.url } });
    const services = createServiceRegistry([cut]);

    await expect(
      services.execute("database", "query", { query: "SELECT 1" }, serviceContext()),
    ).rejects.toMatchObject({ code: "service_unavailable", outcomeUnknown: true });
  });

  test("gets an error that says what is refused, and that the pool refuses it", async () => {
    await expect(query("SELECT 1", [], { connection: "options" })).rejects.toMatchObject({
      code: "service_rejected",
      retryable: false,
      message: expect.stringMatching(
        /refuses a start-up parameter .*: options\..*connection's URL/,
      ),
    });
    await expect(query("SELECT 1", [], { connection: "nowhere" })).rejects.toMatchObject({
      code: "service_rejected",
      message: expect.stringContaining("refuses the bot"),
    });
    await using strict = await startPgBouncer(server.url, ["pool_mode = statement"]);
    await using cut = createDatabaseService({ urls: { default: strict.url } });
    await expect(
      createServiceRegistry([cut]).execute(
        "database",
        "query",
        { query: "SELECT 1" },
        serviceContext(),
      ),
    ).rejects.toMatchObject({
      code: "service_rejected",
      message: expect.stringContaining("session or transaction"),
    });
  });

  test("for which no connection becomes free may be tried again", async () => {
    await using narrow = await startPgBouncer(server.url, [
      "default_pool_size = 1",
      "query_wait_timeout = 1",
    ]);
    await using busy = createDatabaseService({ urls: { default: narrow.url } });
    const services = createServiceRegistry([busy]);
    const run = (sql: string) =>
      services.execute("database", "query", { query: sql }, serviceContext());
    const slow = run("SELECT pg_sleep(4)::text AS s");
    await until(async () => {
      const sql = "SELECT 1 FROM pg_stat_activity WHERE query ~ '^SELECT pg_sleep\\(4'";
      const found = await query(sql, [], { connection: "direct" });
      return (found as { rowCount: number }).rowCount || undefined;
    });

    await expect(run("SELECT 1")).rejects.toMatchObject({
      code: "service_unavailable",
      retryable: true,
      outcomeUnknown: false,
      message: expect.stringContaining("query_wait_timeout"),
    });
    expect(await slow).toMatchObject({ rowCount: 1 });
  });
});
