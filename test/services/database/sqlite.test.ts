import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { createDatabaseService } from "../../../src/services/database/database-service.ts";
import { createServiceRegistry } from "../../../src/services/registry.ts";
import type { Json, JsonObject } from "../../../src/shared/json.ts";
import { tempFolder } from "../../store/temp-folder.ts";
import { serviceContext } from "../../support/service-context.ts";

/** A file with one table, its service, and the same file read only as `reports`. */
async function openHarness() {
  const folder = await tempFolder();
  const path = join(folder.path, "shop.db");
  const direct = new DatabaseSync(path);
  direct.exec("CREATE TABLE orders (id INTEGER PRIMARY KEY, item TEXT UNIQUE, amount REAL)");
  const service = createDatabaseService({
    urls: {
      default: `sqlite:${path}`,
      reports: `sqlite://${path}?readonly=true`,
      missing: `sqlite:${join(folder.path, "no-folder", "x.db")}`,
    },
  });
  const registry = createServiceRegistry([service]);
  const query = (
    sql: string,
    values: readonly Json[] = [],
    more: { connection?: string; signal?: AbortSignal } = {},
  ) => {
    const { connection, signal } = more;
    const params: JsonObject = { query: sql, values, ...(connection && { connection }) };
    return registry.execute("database", "query", params, serviceContext(signal && { signal }));
  };
  return {
    query,
    direct,
    folder: folder.path,
    service,
    async [Symbol.asyncDispose]() {
      await service[Symbol.asyncDispose]();
      direct.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const INSERT = "INSERT INTO orders (item, amount) VALUES ($1, $2)";

describe("a query to SQLite", () => {
  test("takes values as values, in any order and more than once", async () => {
    await using harness = await openHarness();
    const item = "'; DROP TABLE orders; --";

    expect(await harness.query(INSERT, [item, 12.5])).toEqual({ rows: [], rowCount: 1 });
    expect(await harness.query("SELECT $2 AS b, $1 AS a, $2 AS c", ["x", null])).toEqual({
      rows: [{ b: null, a: "x", c: null }],
      rowCount: 1,
    });
    expect(await harness.query("SELECT item FROM orders")).toEqual({
      rows: [{ item }],
      rowCount: 1,
    });
  });

  test("gives what was changed", async () => {
    await using harness = await openHarness();

    expect(await harness.query(`${INSERT}, ('b', 2) RETURNING id`, ["a", 1])).toEqual({
      rows: [{ id: 1 }, { id: 2 }],
      rowCount: 2,
    });
    expect(await harness.query("UPDATE orders SET amount = 0")).toEqual({ rows: [], rowCount: 2 });
  });

  test("gives JSON: what a number cannot hold is text, bytes are base64", async () => {
    await using harness = await openHarness();

    const sql =
      "SELECT 9007199254740991 AS n, 9007199254740993 AS big, 0.5 AS r, 9e999 AS inf, x'0001ff' AS bytes, NULL AS none, '$9 it''s' AS text";
    expect(await harness.query(sql)).toEqual({
      rows: [
        {
          n: 9007199254740991,
          big: "9007199254740993",
          r: 0.5,
          inf: "Infinity",
          bytes: "AAH/",
          none: null,
          text: "$9 it's",
        },
      ],
      rowCount: 1,
    });
  });

  test("is refused if two columns have one name, and changes nothing", async () => {
    await using harness = await openHarness();
    const insert = "INSERT INTO orders (item) VALUES ('x') RETURNING id AS n, item AS n";

    await expect(harness.query(insert)).rejects.toMatchObject({
      code: "params_invalid",
      message: expect.stringContaining('two columns named "n"'),
    });
    const none = "SELECT 1 AS n, 2 AS n WHERE false";
    await expect(harness.query(none)).rejects.toThrow("two columns");
    expect(await harness.query("SELECT 1 FROM orders")).toMatchObject({ rowCount: 0 });
  });

  test("takes booleans as numbers, objects and lists as JSON", async () => {
    await using harness = await openHarness();

    expect(await harness.query("SELECT $1 AS t, $2 AS o, $3 AS n", [true, { a: [1] }, 7])).toEqual({
      rows: [{ t: 1, o: '{"a":[1]}', n: 7 }],
      rowCount: 1,
    });
  });
});

describe("what SQLite refuses", () => {
  test.each<[string, Json[], string, string]>([
    ["SELECT * FROM nowhere", [], "service_rejected", "no such table"],
    ["SELEC 1", [], "service_rejected", "syntax error"],
    [INSERT, ["known", 1], "service_rejected", "UNIQUE constraint failed: orders.item"],
    ["SELECT 1; DELETE FROM orders", [], "params_invalid", "one statement"],
    ["-- nothing", [], "params_invalid", "one statement"],
    ["SELECT $1", [], "params_invalid", "0 values"],
    ["SELECT 1", ["a"], "params_invalid", "1 value,"],
    ["SELECT $2", ["a", "b"], "params_invalid", "$2"],
    ["ATTACH DATABASE '/tmp/x.db' AS x", [], "service_rejected", ""],
    ["VACUUM INTO '/tmp/x.db'", [], "service_rejected", ""],
    ["COMMIT", [], "params_invalid", "COMMIT has no use here"],
    ["WITH a AS (SELECT 1) SELECT load_extension('x') FROM a", [], "service_rejected", ""],
    ["PRAGMA journal_mode = OFF", [], "service_rejected", "not authorized"],
    ["SELECT load_extension('x')", [], "service_rejected", ""],
  ])("%s %j", async (sql, values, code, message) => {
    await using harness = await openHarness();
    harness.direct.exec("INSERT INTO orders (item) VALUES ('known')");

    await expect(harness.query(sql, values)).rejects.toMatchObject({
      code,
      retryable: false,
      outcomeUnknown: false,
      message: expect.stringContaining(message),
    });
    expect(await harness.query("SELECT count(*) AS n FROM orders")).toMatchObject({
      rows: [{ n: 1 }],
    });
  });

  test("a change on a connection that only reads", async () => {
    await using harness = await openHarness();

    await expect(harness.query(INSERT, ["a", 1], { connection: "Reports" })).rejects.toMatchObject({
      code: "service_rejected",
      message: expect.stringContaining("readonly"),
    });
    expect(await harness.query("SELECT 1 AS n", [], { connection: "reports" })).toMatchObject({
      rowCount: 1,
    });
  });

  test("more than it may give; nothing is changed then", async () => {
    await using harness = await openHarness();
    const count = (n: number, value: string) =>
      `WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < ${n}) SELECT ${value} FROM c`;

    expect(await harness.query(count(1000, "n"))).toMatchObject({ rowCount: 1000 });
    await expect(harness.query(count(1e12, "n"))).rejects.toThrow("more than 1000 rows");
    await expect(harness.query(count(11, "n, zeroblob(100000)"))).rejects.toThrow("more than 1 MB");
    const insert = `INSERT INTO orders (amount) ${count(1001, "n")} RETURNING id`;
    await expect(harness.query(insert)).rejects.toThrow("more than 1000 rows");
    expect(await harness.query("SELECT id FROM orders")).toMatchObject({ rowCount: 0 });
  });

  test("more than a trigger may find, which is more", async () => {
    await using harness = await openHarness();
    const action = harness.service.actions["query"];
    const newSince = { at: "2026-11-23T09:00:00.000Z", timezone: null };
    const count = (n: number) =>
      action?.execute(
        {
          query: `WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < ${n}) SELECT n, $1 AS at FROM c`,
        },
        serviceContext({ newSince }),
      );

    expect(await count(10_000)).toMatchObject({ rowCount: 10_000 });
    await expect(count(10_001)).rejects.toThrow("more than 10000 rows");
    const query = "SELECT '$1' AS price -- of all, without $1";
    const output = await action?.execute({ query }, serviceContext({ newSince }));
    expect(output).toMatchObject({ rows: [{ price: "$1" }] });
  });

  test("a text that is far too large, before it is read", async () => {
    await using harness = await openHarness();
    const insert = "INSERT INTO orders (id, item) VALUES (1, printf('%.*c', 300000000, 'x'))";
    harness.direct.exec(insert);

    await expect(harness.query("SELECT item FROM orders")).rejects.toMatchObject({
      code: "limit_exceeded",
      retryable: false,
      outcomeUnknown: false,
      message: expect.stringContaining("more than 50 MB"),
    });
    const large = harness.query("SELECT printf('%.*c', 40000000, 'x') AS text");
    await expect(large).rejects.toThrow("more than 1 MB");
    expect(await harness.query("SELECT id FROM orders")).toMatchObject({ rows: [{ id: 1 }] });
  });

  test("a file that cannot be opened may be there later", async () => {
    await using harness = await openHarness();

    await expect(harness.query("SELECT 1", [], { connection: "missing" })).rejects.toMatchObject({
      code: "service_unavailable",
      retryable: true,
      message: expect.not.stringContaining(harness.folder),
    });
  });

  test("a lock that somebody holds for long", async () => {
    await using harness = await openHarness();
    harness.direct.exec("BEGIN IMMEDIATE");

    await expect(harness.query(INSERT, ["a", 1])).rejects.toMatchObject({
      code: "service_unavailable",
      retryable: true,
    });
  });
});

test("a query that is stopped leaves the others alone and the process free", async () => {
  await using harness = await openHarness();
  const stop = new AbortController();
  const endless = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n FROM c";
  const slow = harness.query(`${endless} WHERE n < 0`, [], { signal: stop.signal });
  const next = harness.query("SELECT 1 AS n");

  stop.abort(new Error("too long"));

  await expect(slow).rejects.toThrow("too long");
  expect(await next).toMatchObject({ rows: [{ n: 1 }] });
});
