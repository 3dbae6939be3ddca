import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { AppError } from "../../../src/shared/errors.ts";
import { Connection } from "../../../src/store/sqlite/connection.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { card, commit, head, signal } from "../records.ts";

describe("grouped commits", () => {
  test("a hundred commits at once are one transaction", async () => {
    await using store = await openSqliteStore({ path: ":memory:" });
    const ids = Array.from({ length: 100 }, (_, n) => `exec_${n}`);
    await Promise.all(ids.map((id) => store.executions.insert(head(id))));
    const before = store.transactions;

    await Promise.all(ids.map((id) => store.log.commit(commit(id, 1), head(id, { rev: 1 }), [])));

    expect(store.transactions - before).toBe(1);
  });

  test("writes of every kind share the transaction of their turn", async () => {
    await using store = await openSqliteStore({ path: ":memory:" });

    await Promise.all([
      store.executions.insert(head("exec_1")),
      store.log.commit(commit("exec_1", 1), head("exec_1", { rev: 1 }), []),
      store.signals.insert(signal("s1", "exec_1")),
      store.cards.insert(card("exec_1", "run")),
      store.leases.claim("exec_1", { worker: "w", now: 1, leaseUntil: 2, limit: 1 }),
      store.dedupe.claim("key", "exec_1", 1, 2),
    ]);

    expect(store.transactions).toBe(1);
  });

  test("head and signals are never behind the log", async () => {
    await using store = await openSqliteStore({ path: ":memory:" });
    await store.executions.insert(head("exec_1"));
    await store.signals.insert(signal("s1", "exec_1"));

    await store.log.commit(commit("exec_1", 1), head("exec_1", { rev: 1, status: "running" }), [
      "s1",
    ]);

    expect(await store.executions.get("exec_1")).toMatchObject({ rev: 1, status: "running" });
    expect(await store.signals.pending({ limit: 1 })).toEqual([]);
  });

  test("a write that breaks halfway leaves no trace, and the others are kept", async () => {
    const { connection, insert, count } = openTable();
    const broken = connection.write(() => {
      insert("broken 1");
      throw new AppError({ code: "store_conflict", message: "Somebody was faster." });
    });
    const invalid = connection.write(() => insert(null));

    const results = await Promise.allSettled([
      connection.write(() => insert("first")),
      broken,
      invalid,
      connection.write(() => insert("last")),
    ]);

    expect(results.map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      "rejected",
      "fulfilled",
    ]);
    await expect(broken).rejects.toMatchObject({ code: "store_conflict" });
    await expect(invalid).rejects.toMatchObject({ code: "internal" });
    expect(count()).toBe(2);
    expect(connection.transactions).toBe(1);
    connection.close();
  });

  test("a full disk rejects the whole group, retryable, and the next group is written", async () => {
    const { database, connection, insert, count } = openTable();
    database.exec("PRAGMA max_page_count = 8");

    const results = await Promise.allSettled([
      connection.write(() => insert("small")),
      connection.write(() => insert("x".repeat(200_000))),
      connection.write(() => insert("small")),
    ]);

    const errors = results.map((result) => (result.status === "rejected" ? result.reason : null));
    expect(errors).toEqual(
      Array.from({ length: 3 }, () =>
        expect.objectContaining({
          code: "store_unavailable",
          retryable: true,
          message: expect.stringContaining("full"),
        }),
      ),
    );
    expect(count()).toBe(0);

    database.exec("PRAGMA max_page_count = 100000");
    await connection.write(() => insert("again"));
    expect(count()).toBe(1);
    connection.close();
  });

  test("a commit that fails at its very end rejects the whole group", async () => {
    const { database, connection, insert, count } = openTable();
    database.exec(
      "PRAGMA foreign_keys = ON; CREATE TABLE child (a REFERENCES t (a) DEFERRABLE INITIALLY DEFERRED)",
    );
    const orphan = connection.prepare("INSERT INTO child VALUES ('nobody')");

    const results = await Promise.allSettled([
      connection.write(() => insert("small")),
      connection.write(() => orphan.run()),
    ]);

    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(count()).toBe(0);
    connection.close();
  });

  test("more than fits one group is written in several", async () => {
    const { connection, insert, count } = openTable();

    await Promise.all(
      Array.from({ length: 2_500 }, (_, n) => connection.write(() => insert(`row ${n}`))),
    );

    expect(count()).toBe(2_500);
    expect(connection.transactions).toBe(3);
    connection.close();
  });

  test("closing writes what was under way; after that, callers are told", async () => {
    const store = await openSqliteStore({ path: ":memory:" });
    const accepted = store.executions.insert(head("exec_1"));

    await store[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();

    expect(await accepted).toBe(true);
    const closed = { code: "store_unavailable", message: expect.stringContaining("closed") };
    await expect(store.executions.get("exec_1")).rejects.toMatchObject(closed);
    await expect(store.executions.insert(head("exec_2"))).rejects.toMatchObject(closed);
  });
});

function openTable() {
  const database = new DatabaseSync(":memory:");
  database.exec("CREATE TABLE t (a TEXT NOT NULL PRIMARY KEY, n INTEGER) STRICT");
  const connection = new Connection(database, "test.db");
  const statement = connection.prepare(
    "INSERT OR ABORT INTO t (a) VALUES (? || hex(randomblob(8)))",
  );
  const counting = connection.prepare("SELECT count(*) AS n FROM t");
  return {
    database,
    connection,
    insert: (value: string | null) => {
      statement.run(value);
    },
    count: () => counting.get()?.["n"],
  };
}
