import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { NewSince } from "../../../src/engine/ports/service.ts";
import { createDatabaseService } from "../../../src/services/database/database-service.ts";
import { createServiceRegistry } from "../../../src/services/registry.ts";
import type { Json, JsonObject } from "../../../src/shared/json.ts";
import { startCuttingProxy } from "../../support/cutting-proxy.ts";
import { type PostgresServer, postgresMissing, startPostgres } from "../../support/postgres.ts";
import { serviceContext } from "../../support/service-context.ts";
import { until } from "../../support/until.ts";

// The runner shows the names of skipped tests nowhere; this line it does show.
if (postgresMissing !== null) {
  process.stderr.write(`Queries to PostgreSQL: skipped. ${postgresMissing}.\n`);
}

function hoursInNewYork(time: Date): number {
  const parts = new Intl.DateTimeFormat("en", {
    timeZone: "America/New_York",
    timeZoneName: "shortOffset",
  }).formatToParts(time);
  return Number(parts.find(({ type }) => type === "timeZoneName")?.value.replace("GMT", ""));
}

describe.skipIf(postgresMissing !== null)("a query to PostgreSQL", () => {
  let server: PostgresServer;
  let service: ReturnType<typeof createDatabaseService>;

  beforeAll(async () => {
    server = await startPostgres();
    service = createDatabaseService({
      urls: {
        default: server.url,
        reports: `${server.url}?readonly=true`,
        stranger: server.url.replace("heddle@", "stranger:s3cret-word@"),
        nowhere: "postgres://u:s3cret-word@127.0.0.1:1/x",
      },
    });
    await query("CREATE TABLE orders (id serial PRIMARY KEY, item text UNIQUE, amount int)");
    await query(
      "CREATE FUNCTION refuse(why jsonb) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE 'no, %', why #>> '{0,reason}'; END $$",
    );
  });
  afterAll(async () => {
    await service?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  async function query(
    sql: string,
    values: readonly Json[] = [],
    more: { connection?: string; signal?: AbortSignal; newSince?: NewSince } = {},
  ): Promise<Json> {
    const { connection, ...given } = more;
    const params: JsonObject = { query: sql, values, ...(connection && { connection }) };
    const context = serviceContext(given);
    return createServiceRegistry([service]).execute("database", "query", params, context);
  }

  const INSERT = "INSERT INTO orders (item, amount) VALUES ($1, $2)";

  test("takes values as values", async () => {
    const item = "'; DROP TABLE orders; --";

    expect(await query(INSERT, [item, 5])).toEqual({ rows: [], rowCount: 1 });
    expect(await query("SELECT item, amount FROM orders WHERE item = $1", [item])).toEqual({
      rows: [{ item, amount: 5 }],
      rowCount: 1,
    });
    expect(await query("DELETE FROM orders WHERE item = ANY($1)", [[item, "x"]])).toEqual({
      rows: [],
      rowCount: 1,
    });
  });

  test.each<[string, Json]>([
    ["9007199254740991::int8", 9007199254740991],
    ["9007199254740993::int8", "9007199254740993"],
    ["12.50::numeric", 12.5],
    ["12345678901234.567890::numeric", "12345678901234.567890"],
    ["'NaN'::numeric", "NaN"],
    ["0.1::float8", 0.1],
    ["'Infinity'::float8", "Infinity"],
    ["true", true],
    ["NULL::int", null],
    ["timestamptz '2026-11-23 10:00:00.5+01'", "2026-11-23T09:00:00.5Z"],
    ["timestamp '2026-11-23 10:00:00'", "2026-11-23T10:00:00"],
    ["date '2026-11-23'", "2026-11-23"],
    ["interval '1 day 2 hours'", "P1DT2H"],
    ["'\\x0001ff'::bytea", "AAH/"],
    ["'{\"a\": [1, null]}'::jsonb", { a: [1, null] }],
    ["'{x}'::text", "{x}"],
    ["ARRAY[1, NULL, 3]", [1, null, 3]],
    ["ARRAY['a', 'b,c']::text[]", ["a", "b,c"]],
    ["ARRAY['\\x00ff'::bytea]", ["AP8="]],
    ["'127.0.0.1'::inet", "127.0.0.1"],
    ['\'{"id": 12345678901234567890, "n": 1}\'::jsonb', { id: "12345678901234567890", n: 1 }],
    ["'{\"a\": [0.12345678901234567890123]}'::jsonb", { a: ["0.12345678901234567890123"] }],
    ["'9007199254740993'::jsonb", "9007199254740993"],
    ['\'{"a": 1, "a": 2}\'::json', '{"a": 1, "a": 2}'],
    ['\'{"a": "\\ud83d"}\'::json', '{"a": "\\ud83d"}'],
    ["'{\"a\": -0}'::json", { a: 0 }],
    ["'1e400'::json", "1e400"],
    ["12345678901234567890::numeric", "12345678901234567890"],
    ["(-9223372036854775808)::int8", "-9223372036854775808"],
    ["1e300::float8", 1e300],
    ["ARRAY[12345678901234.567890, 1.5]::numeric[]", ["12345678901234.567890", 1.5]],
    ["ARRAY[9007199254740993, NULL, 7]::int8[]", ["9007199254740993", null, 7]],
    [
      "ARRAY[ARRAY[1, 2], ARRAY[3, 4]]::int8[]",
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ["ARRAY['NaN', '0.1']::float8[]", ["NaN", 0.1]],
    ["ARRAY['{\"id\": 12345678901234567890}']::jsonb[]", [{ id: "12345678901234567890" }]],
    ["ARRAY[date '2026-11-23']", ["2026-11-23"]],
    ["ARRAY[timestamp '2026-11-23 10:00:00']", ["2026-11-23T10:00:00"]],
    ["ARRAY[timestamptz '2026-11-23 10:00:00+01']", ["2026-11-23T09:00:00Z"]],
    ["ARRAY[interval '1 day']", ["P1D"]],
    ["ARRAY[true, false]", [true, false]],
  ])("gives %s as JSON", async (expression, value) => {
    expect(await query(`SELECT ${expression} AS v`)).toEqual({ rows: [{ v: value }], rowCount: 1 });
  });

  test("is refused if two columns have one name, since a row could keep only one of them", async () => {
    await expect(query("SELECT 1 AS n, 2 AS n")).rejects.toMatchObject({
      code: "params_invalid",
      message: expect.stringContaining('two columns named "n"'),
    });
    await expect(query("SELECT 1 AS n, 2 AS n WHERE false")).rejects.toThrow("two columns");
    const insert = "INSERT INTO orders (item) VALUES ('kept?') RETURNING id AS n, item AS n";
    await expect(query(insert)).rejects.toThrow("nothing was changed");
    expect(await query("SELECT 1 FROM orders WHERE item = 'kept?'")).toMatchObject({ rowCount: 0 });
  });

  test("leaves nothing set for the next one", async () => {
    const within = (name: string, value: string) =>
      query(`WITH a AS (SELECT set_config('${name}', '${value}', false) AS v) SELECT v FROM a`);
    await within("search_path", "pg_catalog");
    await within("DateStyle", "German");

    expect(
      await query("SELECT count(*) AS n, current_date::text ~ '^\\d{4}-' AS iso FROM orders"),
    ).toMatchObject({
      rows: [{ n: 0, iso: true }],
    });
  });

  test.each<[string, Json[], string]>([
    ["SELECT * FROM nowhere", [], "(42P01)"],
    ["SELEC 1", [], "(42601)"],
    ["SELECT CASE", [], "(42601)"],
    ["SELECT $1::int", ["s3cret-word"], "(22P02)"],
    ["INSERT INTO orders (id, item) VALUES (1000, $1), (1000, $1)", ["s3cret-word"], "(23505)"],
    ["VACUUM", [], "(25001)"],
    ["SELECT refuse($1)", [[{ reason: "s3cret-word" }]], "(P0001): no, …."],
    ["SELECT refuse($1)", [[{ reason: "s3cret-word ".repeat(1000) }]], "(P0001): no, …."],
    ["SELECT refuse($1)", [[{ part: "s3cret", reason: "s3cret-word" }]], "(P0001): no, …."],
  ])("that is refused is not tried again: %s", async (sql, values, state) => {
    const failing = query(sql, values);

    await expect(failing).rejects.toMatchObject({
      code: "service_rejected",
      retryable: false,
      outcomeUnknown: false,
      message: expect.stringContaining(state),
    });
    await expect(failing).rejects.not.toThrow("s3cret-word");
  });

  test.each<[string, Json[], string]>([
    ["SELECT 1", ["s3cret-word"], "1 value, and the query uses none"],
    ["SELECT $1::int + $2::int", [1], "1 value, and the query uses $1, $2"],
    ["SELECT id FROM orders WHERE id IN ($1)", [["s3cret-word"]], '"= ANY($1)"'],
    ["SELECT id FROM orders WHERE id = ANY($1)", [7], "is no list, and $1 is an array"],
    ["UPDATE orders SET amount = $1", [{ a: "s3cret-word" }], "an object, and $1 is of the type"],
    ["SELECT 1; SELECT 2", [], "one statement, and holds several"],
    ["-- nothing", [], "one statement, and holds none"],
    ["BEGIN", [], "BEGIN has no use here"],
    ["SET search_path = pg_catalog", [], "SET has no use here"],
  ])("that does not fit is refused by the bot: %s", async (sql, values, message) => {
    const failing = query(sql, values);

    await expect(failing).rejects.toMatchObject({
      code: "params_invalid",
      retryable: false,
      message: expect.stringContaining(message),
    });
    await expect(failing).rejects.not.toThrow("s3cret-word");
  });

  test("changes nothing on a connection that only reads, whatever it tries", async () => {
    const connection = "reports";
    for (const sql of [
      "INSERT INTO orders (item) VALUES ('x')",
      "WITH x AS (INSERT INTO orders (item) VALUES ('x') RETURNING id) SELECT * FROM x",
      "WITH a AS (SELECT set_config('transaction_read_only', 'off', false) AS v) SELECT v FROM a",
    ]) {
      await expect(query(sql, [], { connection })).rejects.toMatchObject({
        code: "service_rejected",
      });
    }
    await query(
      "WITH a AS (SELECT set_config('default_transaction_read_only', 'off', false) AS v) SELECT v FROM a",
      [],
      { connection },
    );
    await expect(query("DELETE FROM orders", [], { connection })).rejects.toThrow("(25006)");
    expect(await query("SELECT 1 AS n", [], { connection })).toMatchObject({ rowCount: 1 });
  });

  test("that gives more than it may changes nothing", async () => {
    expect(await query("SELECT generate_series(1, 1000)")).toMatchObject({ rowCount: 1000 });
    await expect(query("SELECT generate_series(1, 1000000000)")).rejects.toThrow("1000 rows");
    await expect(query("SELECT repeat('x', 1000001)")).rejects.toThrow("more than 1 MB");
    const insert = "INSERT INTO orders (amount) SELECT generate_series(1, 1001) RETURNING id";
    await expect(query(insert)).rejects.toMatchObject({
      code: "limit_exceeded",
      retryable: false,
    });
    expect(await query("SELECT id FROM orders")).toMatchObject({ rowCount: 0 });
  });

  test.each([
    ["a text", "SELECT repeat('x', 300000000) AS v"],
    [
      "text within JSON",
      "SELECT jsonb_build_array(jsonb_build_object('a', repeat('x', 60000000)))",
    ],
    ["a notice", "DO $$ BEGIN RAISE NOTICE '%', repeat('x', 60000000); END $$"],
    ["many rows", "SELECT repeat('x', 3900000) AS v FROM generate_series(1, 100000)"],
    ["a written row", "UPDATE large SET id = 2 RETURNING repeat('x', 60000000)"],
  ])("never takes more memory than a result may have: %s", async (_what, sql) => {
    await query("CREATE TABLE IF NOT EXISTS large AS SELECT 1 AS id");
    const before = process.memoryUsage.rss();

    await expect(query(sql)).rejects.toMatchObject({
      code: "limit_exceeded",
      retryable: false,
      outcomeUnknown: false,
      message: expect.stringMatching(/more than [14] MB, and nothing was changed/),
    });

    expect(process.memoryUsage.rss() - before).toBeLessThan(60_000_000);
    expect(await query("SELECT id FROM large")).toMatchObject({ rows: [{ id: 1 }] });
  });

  test("of a trigger may find more, up to a limit as well", async () => {
    const newSince = { at: "2026-11-23T09:00:00.000Z", timezone: null };
    const many = (n: number) =>
      query(`SELECT n, $1::timestamptz AS at FROM generate_series(1, ${n}) AS n`, [], { newSince });

    expect(await many(10_000)).toMatchObject({
      rowCount: 10_000,
      rows: expect.arrayContaining([{ n: 9999, at: "2026-11-23T09:00:00Z" }]),
    });
    await expect(many(10_001)).rejects.toThrow("more than 10000 rows");
    expect(await query("SELECT 1 AS n", [], { newSince })).toMatchObject({ rowCount: 1 });
  });

  test.each(["2026-01-15T12:00:00.000Z", "2026-07-15T12:00:00.000Z"])(
    "of a trigger gives columns without a time zone the earliest reading of the clock since %s",
    async (at) => {
      const newSince = { at, timezone: "America/New_York" };
      // A clock that was set back in between reads an hour less.
      const offsets = [new Date(at), new Date()].map(hoursInNewYork);
      const reading = new Date(Date.parse(at) + Math.min(...offsets) * 3_600_000).toISOString();

      expect(
        await query(
          "SELECT a::text, b FROM (SELECT $1::timestamp AS a, $1::timestamp::date AS b) t",
          [],
          { newSince },
        ),
      ).toMatchObject({
        rows: [{ a: reading.slice(0, 19).replace("T", " "), b: reading.slice(0, 10) }],
      });
    },
  );

  test("that is stopped ends on the server, too", async () => {
    const stop = new AbortController();
    const slow = query("SELECT pg_sleep(600)", [], { signal: stop.signal });
    const running = async () =>
      query("SELECT 1 FROM pg_stat_activity WHERE query ~ '^SELECT pg_sleep' AND state = 'active'");
    await until(async () => ((await running()) as { rowCount: number }).rowCount || undefined);

    stop.abort(new Error("too long"));

    await expect(slow).rejects.toThrow("too long");
    await until(
      async () => ((await running()) as { rowCount: number }).rowCount === 0 || undefined,
    );
  });

  test.each([
    ["nowhere", { code: "service_unavailable", retryable: true }],
    ["stranger", { code: "service_rejected", retryable: false }],
    [
      "no-such",
      { code: "params_invalid", message: expect.stringContaining("DATABASE_URL_NO_SUCH") },
    ],
  ])("to a database that cannot be reached: %s", async (connection, error) => {
    const failing = query("SELECT 1", [], { connection });

    await expect(failing).rejects.toMatchObject({ ...error, outcomeUnknown: false });
    await expect(failing).rejects.not.toThrow("s3cret-word");
  });

  test.each([
    ["default", true],
    ["reports", false],
  ])("whose commit is cut off on %s has an unknown outcome: %s", async (connection, isUnknown) => {
    await using proxy = await startCuttingProxy(server.url, "COMMIT");
    const url = proxy.url + (connection === "reports" ? "?readonly=true" : "");
    await using cut = createDatabaseService({ urls: { default: url } });
    const services = createServiceRegistry([cut]);

    await expect(
      services.execute("database", "query", { query: "SELECT 1" }, serviceContext()),
    ).rejects.toMatchObject({
      code: "service_unavailable",
      retryable: true,
      outcomeUnknown: isUnknown,
    });
  });

  test("survives the server's restart; what was under way has had no effect", async () => {
    const insert = "INSERT INTO orders (amount) SELECT 1 FROM pg_sleep(600)";
    const slow = query(insert).catch((error: unknown) => error);
    await until(async () => {
      const found = await query("SELECT 1 FROM pg_stat_activity WHERE query ~ '^INSERT.*pg_sleep'");
      return (found as { rowCount: number }).rowCount || undefined;
    });

    await server.restart();

    expect(await slow).toMatchObject({
      code: "service_unavailable",
      retryable: true,
      outcomeUnknown: false,
    });
    expect(await until(() => query("SELECT id FROM orders").catch(() => undefined))).toMatchObject({
      rowCount: 0,
    });
  });
});
