import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { whyNotStandalone } from "../../src/shared/sql/standalone.ts";
import { cpuTime } from "../support/cpu-time.ts";

describe("a statement that has no use as a query of its own is refused", () => {
  test.each([
    ["BEGIN", "BEGIN has no use here"],
    ["  begin isolation level serializable", "transaction of its own"],
    ["/* a /* nested */ comment */ -- and a line\n COMMIT;", "COMMIT has no use here"],
    ["START TRANSACTION", "START has no use here"],
    ["ROLLBACK TO SAVEPOINT a", "ROLLBACK has no use here"],
    ["END", "transaction of its own"],
    ["ABORT", "transaction of its own"],
    ["SAVEPOINT a", "transaction of its own"],
    ["RELEASE a", "transaction of its own"],
    ["SET LOCAL statement_timeout = 0", "settings end with the query"],
    ["reset all", "settings end with the query"],
    ["DISCARD ALL", "settings end with the query"],
    ["LISTEN orders", "database-change"],
    ["LOCK TABLE orders", "FOR UPDATE"],
    ["PREPARE a AS SELECT 1", "Write the statement itself"],
    ["PREPARE TRANSACTION 'a'", "PREPARE has no use here"],
    ["DECLARE c CURSOR FOR SELECT 1", "DECLARE has no use here"],
    ["COPY orders TO STDOUT", "beside the result"],
    ["COPY orders FROM STDIN", "beside the result"],
    ["CREATE TEMP TABLE a (n int)", "a temporary table would be gone"],
    ["CREATE LOCAL TEMPORARY TABLE a (n int)", "a temporary table would be gone"],
    ["CREATE OR REPLACE TEMP VIEW a AS SELECT 1", "a temporary table would be gone"],
    ["SELECT 1 AS n INTO TEMP a", "a temporary table would be gone"],
    ["SELECT temp INTO TEMP a FROM t", "a temporary table would be gone"],
    ["SELECT set_config('app.user', $1, false)", "set_config() alone has no use here"],
    ["SELECT pg_catalog.set_config('a.b', lower($1), true) AS x;", "set_config() alone"],
    ["SELECT pg_try_advisory_lock(1)", "the lock would end with this query"],
    ["BEGIN; UPDATE orders SET n = 1; COMMIT", "BEGIN has no use here"],
    ["SELECT 1; COMMIT", "holds several"],
    ["SELECT $q$;$q$; SELECT 2", "holds several"],
    ["/* SELECT 1 */ ;", "holds none"],
    ["", "holds none"],
    ["DELETE FROM t\0 WHERE id = 1", "U+0000"],
  ])("%s", (sql, message) => {
    expect(whyNotStandalone(sql)).toContain(message);
  });
});

test.each([
  "SELECT 'BEGIN; COMMIT' AS set",
  "SELECT 1;",
  "-- BEGIN\nSELECT 1 -- ;\n;",
  "(SELECT 1) UNION ALL (SELECT 2)",
  "SELECT $q$ a; b $q$, $$;$$, E'\\';', \"a;b\", tags['x;]'] FROM t",
  "SELECT [a;b] FROM t",
  "/* SQLite's /* comments end here: */ SELECT 1",
  "DO $$ BEGIN PERFORM 1; END $$",
  "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END",
  "CREATE TRIGGER a AFTER INSERT ON t BEGIN UPDATE t SET n = 1; DELETE FROM u; END",
  "CREATE TABLE temp (n int)",
  "INSERT INTO temp VALUES ($1)",
  "WITH a AS (SELECT 1 AS n) INSERT INTO temp SELECT n FROM a",
  "WITH a AS (SELECT set_config('app.user', $1, true)) INSERT INTO t SELECT 1 FROM a",
  "SELECT set_config('a.b', '1', true), n FROM t",
  "SELECT begin, commit, lock FROM t FOR UPDATE",
  "COPY t FROM '/srv/import.csv'",
  "NOTIFY orders, 'new'",
  "SHOW timezone",
  "EXPLAIN SELECT 1",
  "CALL close_month($1)",
])("a statement that stands for itself may be a query: %s", (sql) => {
  expect(whyNotStandalone(sql)).toBeNull();
});

test("any text is judged, in time", () => {
  const piece = fc.constantFrom(
    "/*",
    "*/",
    "[",
    "]",
    "$$",
    "$a$",
    "'",
    '"',
    "E'",
    "\\",
    "(",
    ")",
    ";",
    "a",
    " ",
  );
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), (pieces) => {
      const text = pieces.join("").repeat(Math.floor(50_000 / pieces.join("").length));
      expect(cpuTime(() => whyNotStandalone(text))).toBeLessThan(2000);
    }),
    { numRuns: 60 },
  );
});
