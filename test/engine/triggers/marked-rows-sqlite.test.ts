import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import type { ExecutionRecord } from "../../../src/engine/ports/executions.ts";
import { createDatabaseService } from "../../../src/services/database/database-service.ts";
import { AppError } from "../../../src/shared/errors.ts";
import type { Json } from "../../../src/shared/json.ts";
import { tempFolder } from "../../store/temp-folder.ts";
import { MarkedRowsBench } from "./marked-rows-bench.ts";

/** A file of its own with a table, and a process that looks into it. */
async function open(columns: string) {
  const folder = await tempFolder();
  const path = join(folder.path, "shop.db");
  const sql = new DatabaseSync(path, { timeout: 5000 });
  sql.exec(`CREATE TABLE orders (${columns})`);
  const service = createDatabaseService({ urls: { default: `sqlite:${path}` } });
  const bench = await MarkedRowsBench.open(service);
  return {
    sql,
    bench,
    async [Symbol.asyncDispose]() {
      await bench[Symbol.asyncDispose]();
      await service[Symbol.asyncDispose]();
      sql.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const trigger = { query: "SELECT * FROM orders", mark: "changed" };

test.each([
  ["INTEGER", (n: number) => 9_007_199_254_740_990n + BigInt(n)],
  ["REAL", (n: number) => 1_764_540_000 + n / 4_194_304],
  ["TEXT", (n: number) => `2026-11-23 10:00:${String(n).padStart(2, "0")}.000001`],
  ["", (n: number) => n * 0.1],
])("rows whose mark is %s start a run each, in any order of keys", async (type, at) => {
  await using harness = await open(`id INTEGER PRIMARY KEY, changed ${type}`);
  const { sql, bench } = harness;
  const insert = sql.prepare("INSERT INTO orders VALUES (?, ?)");
  for (let n = 1; n <= 5; n += 1) insert.run(100 + n, at(n));
  await bench.deploy(trigger);
  for (let n = 6; n <= 12; n += 1) {
    insert.run(50 - n, at(n));
    // Two of one mark.
    insert.run(20 - n, at(n));
    await bench.looks(3);
  }
  expect(bench.stalls).toEqual([]);
  expect(await bench.found()).toHaveLength(14);
  const ids = (await bench.found()).map((row) => JSON.stringify(row));
  expect(new Set(ids).size).toBe(14);
});

test("a thousand rows of one instant are found once each, whatever was stored when the store went away", async () => {
  for (const writes of [0, 1, 499, 500, 501, 800, 1003]) {
    await using harness = await open("id TEXT PRIMARY KEY, changed TEXT");
    const { sql, bench } = harness;
    const { store } = bench.harness;
    let left = Number.POSITIVE_INFINITY;
    const spend = async <Result>(write: () => Promise<Result>): Promise<Result> => {
      left -= 1;
      if (left < 0) throw new AppError({ code: "store_unavailable", message: "Away." });
      return write();
    };
    const failing = {
      ...store,
      kv: { ...store.kv, set: (key: string, value: Json) => spend(() => store.kv.set(key, value)) },
      executions: {
        ...store.executions,
        insert: (record: ExecutionRecord) => spend(() => store.executions.insert(record)),
      },
    };
    const first = await bench.start(failing);
    await bench.deploy(trigger);
    sql.exec(`
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
      INSERT INTO orders SELECT hex(randomblob(8)), '2026-11-23T10:00:00Z' FROM n`);
    left = writes;
    await bench.look();
    expect((await bench.found()).length).toBeLessThanOrEqual(writes);
    await first.stop();
    await bench.start();
    await bench.looks(2);
    const found = (await bench.found()).map((row) => JSON.stringify(row));
    expect(found).toHaveLength(1000);
    expect(new Set(found).size).toBe(1000);
  }
}, 60_000);

test("a mark that is a number in some rows and a text in others is refused", async () => {
  await using harness = await open("id INTEGER PRIMARY KEY, changed");
  const { sql, bench } = harness;
  sql.exec("INSERT INTO orders VALUES (1, '2026-11-23')");
  await bench.deploy(trigger);
  sql.exec("INSERT INTO orders VALUES (2, 1764540000)");
  await bench.look();
  expect(bench.stalls).toEqual([expect.stringContaining('"changed" holds numbers and texts')]);
});

test("a mark that is a BLOB, and a column that is not there, are refused", async () => {
  await using harness = await open("id INTEGER PRIMARY KEY, changed BLOB");
  harness.sql.exec("INSERT INTO orders VALUES (1, x'00')");
  await harness.bench.deploy(trigger);
  expect(harness.bench.stalls).toEqual([expect.stringContaining('"changed" holds a BLOB')]);
  await using other = await open("id INTEGER PRIMARY KEY");
  await other.bench.deploy(trigger);
  expect(other.bench.stalls).toEqual([expect.stringContaining("no such column: t.changed")]);
});

test("a trigger that wants notifications hears that SQLite has none, and finds rows all the same", async () => {
  await using harness = await open("id INTEGER PRIMARY KEY, changed INTEGER");
  const { sql, bench } = harness;
  await bench.deploy({ ...trigger, notify: "orders" });
  expect(bench.stalls).toEqual([expect.stringContaining("SQLite reports no changes")]);
  sql.exec("INSERT INTO orders VALUES (1, 1)");
  await bench.look();
  expect(await bench.found()).toHaveLength(1);
});

test("rows whose mark is computed by the query are found, also if the query ends with a comment", async () => {
  await using harness = await open("id INTEGER PRIMARY KEY, at TEXT");
  const { sql, bench } = harness;
  await bench.deploy({
    query: "WITH o AS (SELECT id, datetime(at) AS changed FROM orders) SELECT * FROM o -- all",
    mark: "changed",
  });
  sql.exec("INSERT INTO orders VALUES (1, '2026-11-23T12:00:00+02:00')");
  await bench.look();
  sql.exec("INSERT INTO orders VALUES (2, '2026-11-23 10:00:01')");
  await bench.look();
  expect(await bench.found()).toHaveLength(2);
});

test("the same place serves a query with other columns; another mark begins anew", async () => {
  await using harness = await open("id INTEGER PRIMARY KEY, changed INTEGER, name TEXT");
  const { sql, bench } = harness;
  await bench.deploy({ ...trigger, query: "SELECT id, changed FROM orders" });
  sql.exec("INSERT INTO orders VALUES (1, 10, 'a')");
  await bench.look();
  await bench.deploy(trigger);
  await bench.looks(2);
  expect(await bench.found()).toEqual([{ id: 1, changed: 10 }]);
  sql.exec("INSERT INTO orders VALUES (2, 11, 'b')");
  await bench.look();
  await bench.deploy({ ...trigger, mark: "id", key: "id" });
  await bench.looks(2);
  expect(await bench.found()).toHaveLength(2);
});
