import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isPlainRead, isRead, isUpsert } from "../../../src/services/database/repeatable.ts";

describe("an upsert that changes nothing more the second time", () => {
  test.each([
    "INSERT INTO t (id, a) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING",
    "insert into s.t(a,\"Id\") values($1,'it''s'),(-1.5,NULL) on conflict(\"Id\",a) do nothing;",
    "INSERT INTO t (id, a) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET a = EXCLUDED.a, b = $2",
    "INSERT INTO t (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET a = true RETURNING id, a",
    "INSERT INTO t (id) VALUES ($1) ON CONFLICT (id) DO NOTHING RETURNING *",
  ])("%s", (sql) => expect(isUpsert(sql)).toBe(true));
});

describe("what may change something the second time, or cannot be told", () => {
  test.each([
    "INSERT INTO t (id) VALUES ($1)",
    "INSERT INTO t (a) VALUES ($1) ON CONFLICT (id) DO NOTHING",
    "INSERT INTO t (id) VALUES ($1) ON CONFLICT DO NOTHING",
    "INSERT INTO t VALUES ($1) ON CONFLICT (id) DO NOTHING",
    "INSERT INTO t (id) VALUES (gen_random_uuid()) ON CONFLICT (id) DO NOTHING",
    "INSERT INTO t (id) VALUES (DEFAULT) ON CONFLICT (id) DO NOTHING",
    "INSERT INTO t (id) SELECT $1 ON CONFLICT (id) DO NOTHING",
    "INSERT INTO t (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET n = t.n + 1",
    "INSERT INTO t (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET n = EXCLUDED.n + 1",
    "INSERT INTO t (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET n = now()",
    "INSERT INTO t (id) VALUES ($1) ON CONFLICT (id) DO NOTHING RETURNING nextval('s')",
    "INSERT INTO t (id) VALUES ($1) ON CONFLICT (id) DO NOTHING; DELETE FROM t",
    "INSERT INTO t (id) VALUES (E'\\'') ON CONFLICT (id) DO NOTHING",
    "INSERT INTO t (id) VALUES ('\\') ON CONFLICT (id) DO NOTHING",
    "INSERT INTO t (id) VALUES ($1) /* */ ON CONFLICT (id) DO NOTHING",
    'INSERT INTO t ("ID") VALUES ($1) ON CONFLICT (id) DO NOTHING',
    "WITH x AS (INSERT INTO t (id) VALUES ($1)) SELECT 1",
    "UPDATE t SET a = 1",
    "",
  ])("%s", (sql) => expect(isUpsert(sql)).toBe(false));

  test("any text is read to its end", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (sql) => {
        expect(isUpsert(sql)).toBe(false);
        expect(typeof isRead(sql)).toBe("boolean");
      }),
    );
  });
});

test.each([
  ["  select 1", true],
  ["WITH a AS (SELECT 1) SELECT * FROM a", true],
  ["UPDATE t SET a = 1", false],
  ["-- SELECT\nDELETE FROM t", false],
])("%j only reads: %s", (sql, reads) => expect(isRead(sql)).toBe(reads));

test.for([
  ["SELECT a FROM t WHERE b = $1", true],
  ["WITH a AS (SELECT 'DELETE FROM t') SELECT * FROM a -- DELETE", true],
  ["WITH a AS (DELETE FROM t RETURNING *) SELECT * FROM a", false],
  ["WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a", false],
  ["SELECT * INTO copy FROM t", false],
  ["DELETE FROM t", false],
] as const)("%j changes nothing on any connection: %s", ([sql, reads]) =>
  expect(isPlainRead(sql)).toBe(reads),
);
