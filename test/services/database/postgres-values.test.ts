import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDatabaseService } from "../../../src/services/database/database-service.ts";
import { createServiceRegistry } from "../../../src/services/registry.ts";
import type { Json } from "../../../src/shared/json.ts";
import { type PostgresServer, postgresMissing, startPostgres } from "../../support/postgres.ts";
import { serviceContext } from "../../support/service-context.ts";

if (postgresMissing !== null) {
  process.stderr.write(`Values of PostgreSQL: skipped. ${postgresMissing}.\n`);
}

const TABLE = `CREATE TABLE kept (
  id serial PRIMARY KEY, name text, count int, j json, b jsonb, bs jsonb[], checked checked, names text[], counts int[],
  moods mood[], list list, days date[]
)`;

describe.skipIf(postgresMissing !== null)("a value in PostgreSQL", () => {
  let server: PostgresServer;
  let service: ReturnType<typeof createDatabaseService>;

  beforeAll(async () => {
    server = await startPostgres();
    service = createDatabaseService({ urls: { default: server.url } });
    for (const sql of [
      "CREATE DOMAIN checked AS jsonb CHECK (jsonb_typeof(VALUE) <> 'number')",
      "CREATE DOMAIN list AS int[]",
      "CREATE TYPE mood AS ENUM ('so so', 'good')",
      "CREATE TYPE item AS (n int, day date)",
      TABLE,
      "CREATE FUNCTION kind(value jsonb) RETURNS text LANGUAGE sql AS $$ SELECT jsonb_typeof(value); $$",
    ]) {
      await query(sql);
    }
  });
  afterAll(async () => {
    await service?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  async function query(sql: string, values: readonly Json[] = []): Promise<Json> {
    const params = { query: sql, values };
    return createServiceRegistry([service]).execute("database", "query", params, serviceContext());
  }

  /** What is in a column after a value was stored there. */
  async function keep(column: string, value: Json): Promise<Json> {
    return query(`INSERT INTO kept (${column}) VALUES ($1) RETURNING ${column} AS v`, [value]);
  }

  const EVERY_JSON: Json[] = [
    [1, 2],
    ["a", 'q"\\', "{x}", null, true],
    [],
    [[1], [[2, null]]],
    [{ a: ["é"] }],
    { a: [1] },
    "text",
    "[1]",
    "",
    5,
    0,
    false,
    null,
    "12345678901234567890",
  ];

  test.each(["j", "b"])(
    "is JSON where the column %s holds JSON, whatever it is",
    async (column) => {
      for (const value of EVERY_JSON) {
        expect(await keep(column, value)).toEqual({ rows: [{ v: value }], rowCount: 1 });
      }
    },
  );

  test("is JSON in a domain, a cast, an argument, and as each element of an array of JSON", async () => {
    expect(await keep("checked", [1, "a"])).toMatchObject({ rows: [{ v: [1, "a"] }] });
    await expect(keep("checked", 1)).rejects.toThrow("(23514)");
    const values = [[1, [2]], { a: 1 }, "s", null, 3, true];
    expect(await keep("bs", values)).toMatchObject({ rows: [{ v: values }] });
    expect(
      await query("SELECT $1::jsonb AS a, $2::json AS b, kind($3) AS c, kind($4) AS d", [
        [1],
        ["a"],
        [2],
        "[2]",
      ]),
    ).toMatchObject({ rows: [{ a: [1], b: ["a"], c: "array", d: "string" }] });
    expect(
      await query(
        "SELECT * FROM jsonb_to_recordset($1) AS r(n int, t text) WHERE $2::jsonb @> $3",
        [[{ n: 1, t: "x" }, { n: 2 }], [1, 2], [2]],
      ),
    ).toMatchObject({
      rows: [
        { n: 1, t: "x" },
        { n: 2, t: null },
      ],
    });
  });

  test("is NULL if it is null, in JSON too", async () => {
    await keep("b", null);
    expect(
      await query("SELECT $1::jsonb IS NULL AS a, $2::int[] IS NULL AS b", [null, null]),
    ).toEqual({ rows: [{ a: true, b: true }], rowCount: 1 });
  });

  test.each<[string, Json, Json]>([
    ["names", ["a", 'q"u\\b', "{x}", "a,b", "", "NULL", null, " sp "], null],
    ["names", [], null],
    [
      "names",
      [
        ["a", "b"],
        ["c", null],
      ],
      null,
    ],
    ["names", [true, 1.5, { a: [1] }], ["true", "1.5", '{"a":[1]}']],
    ["names", "{a,b}", ["a", "b"]],
    ["counts", [1, null, -3], null],
    [
      "list",
      [
        [1, 2],
        [3, 4],
      ],
      null,
    ],
    ["moods", ["so so", null, "good"], null],
    ["days", ["2026-03-29", "infinity"], null],
    ["name", ["a", 1], '["a",1]'],
    ["name", { a: 1 }, '{"a":1}'],
    ["count", "7", 7],
  ])("as %s: %j", async (column, value, stored) => {
    expect(await keep(column, value)).toEqual({ rows: [{ v: stored ?? value }], rowCount: 1 });
  });

  test("that is a list can be searched in", async () => {
    const sql =
      "SELECT n FROM generate_series(1, 9) AS n WHERE n = ANY($1) AND NOT n = ANY($2::int[]) ORDER BY n";
    expect(await query(sql, [[2, 3, 20], [3]])).toMatchObject({ rows: [{ n: 2 }] });
    expect(await query("SELECT unnest($1::text[]) AS t", [["x", 'y"']])).toMatchObject({
      rows: [{ t: "x" }, { t: 'y"' }],
    });
  });

  const SCALARS: [string, Json][] = [
    ["date '2026-03-29'", "2026-03-29"],
    ["date '0044-03-15 BC'", "0044-03-15 BC"],
    ["timestamp '2026-03-29 02:30:00.123456'", "2026-03-29T02:30:00.123456"],
    ["timestamptz '2026-10-25 02:30:00.123456+02'", "2026-10-25T00:30:00.123456Z"],
    ["timestamptz 'infinity'", "infinity"],
    ["time '10:00'", "10:00:00"],
    ["time with time zone '10:00+02'", "10:00:00+02"],
    ["interval '1 month 2 days 03:00'", "P1M2DT3H"],
    ["12345678901234.567890::numeric", "12345678901234.567890"],
    ["9007199254740993::int8", "9007199254740993"],
    ["'\\x00ff'::bytea", "AP8="],
    ["daterange('2026-03-01', '2026-03-29')", "[2026-03-01,2026-03-29)"],
    ["tstzrange('2026-03-29 00:00+01', NULL)", '["2026-03-28 23:00:00+00",)'],
    ["int8range(1, 9007199254740993)", "[1,9007199254740993)"],
    ["box '((0,0),(1,1))'", "(1,1),(0,0)"],
    ["point '(1,2)'", "(1,2)"],
    ["ROW(1, '2026-03-29')::item", "(1,2026-03-29)"],
    ["'so so'::mood", "so so"],
    ["checked '[1]'", [1]],
    ["'00000000-0000-0000-0000-000000000001'::uuid", "00000000-0000-0000-0000-000000000001"],
    ["inet '127.0.0.1'", "127.0.0.1"],
    ["varchar 'a \"b\" \\c, NULL'", 'a "b" \\c, NULL'],
    ["text 'NULL'", "NULL"],
    ["text ''", ""],
  ];

  test.each(["UTC", "America/New_York", "Asia/Tokyo", "Pacific/Apia"])(
    "comes back from a list as it does alone, on a host in %s",
    async (zone) => {
      const before = process.env["TZ"];
      process.env["TZ"] = zone;
      try {
        for (const [sql, value] of SCALARS) {
          expect(await query(`SELECT ${sql} AS v, ARRAY[${sql}, NULL] AS list`)).toEqual({
            rows: [{ v: value, list: [value, null] }],
            rowCount: 1,
          });
        }
      } finally {
        if (before === undefined) delete process.env["TZ"];
        else process.env["TZ"] = before;
      }
    },
  );

  test("of several dimensions or with other bounds is a list", async () => {
    expect(
      await query(
        `SELECT '[0:1]={a,b}'::text[] AS a, ARRAY[ARRAY[date '2026-03-29'], ARRAY[NULL::date]] AS b, '{}'::mood[] AS c,
          list '{1,2}' AS d, '1 2'::int2vector AS e`,
      ),
    ).toMatchObject({
      rows: [{ a: ["a", "b"], b: [["2026-03-29"], [null]], c: [], d: [1, 2], e: "1 2" }],
    });
  });
});
