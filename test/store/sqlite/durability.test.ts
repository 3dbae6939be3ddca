import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { call, card, claimBy, commit, head, START, signal, version, workflow } from "../records.ts";
import { tempFolder } from "../temp-folder.ts";

describe("a database file", () => {
  test("is created with its folder, and opening it again finds everything", async () => {
    await using folder = await tempFolder();
    const path = join(folder.path, "new", "folder", "heddle.db");
    await using first = await openSqliteStore({ path });
    await first.executions.insert(head("exec_1", { variables: { amount: 3 } }));
    await first.log.commit(commit("exec_1", 1), head("exec_1", { rev: 1 }), []);
    await first.signals.insert(signal("s1", "exec_1"));
    await first.workflows.insertVersion(version("refund", 1));
    await first.workflows.save(workflow("refund"));
    await first.calls.insert(call("c1", "exec_1"));
    await first.cards.insert(card("exec_1", "run"));
    await first.dedupe.claim("key", "exec_1", START, START + 1);
    await first[Symbol.asyncDispose]();

    await using again = await openSqliteStore({ path });

    expect(again.description).toBe(`sqlite ${path}`);
    expect(await again.executions.get("exec_1")).toEqual(
      head("exec_1", { rev: 1, variables: { amount: 3 } }),
    );
    expect(await again.log.read("exec_1", 0)).toEqual([commit("exec_1", 1)]);
    expect(await again.signals.pending({ limit: 5 })).toEqual([signal("s1", "exec_1")]);
    expect(await again.workflows.getVersion("refund", 1)).toEqual(version("refund", 1));
    expect(await again.workflows.list()).toEqual([workflow("refund")]);
    expect(await again.calls.list("exec_1")).toEqual([call("c1", "exec_1")]);
    expect(await again.cards.list("exec_1")).toEqual([card("exec_1", "run")]);
    expect(await again.dedupe.claim("key", "exec_2", START, START + 9)).toBe("exec_1");
  });

  test("at start all leases are void, and what was leased is due", async () => {
    await using store = await openSqliteStore({ path: ":memory:" });
    await store.executions.insert(head("exec_running"));
    await store.executions.insert(head("exec_over", { status: "completed", due: null }));
    await store.executions.insert(head("exec_waiting", { status: "waiting", due: START + 70_000 }));
    await store.leases.claim("exec_running", claimBy("worker-a", START));
    await store.leases.claim("exec_over", claimBy("worker-a", START));

    await store.leases.voidAll(START + 5);

    expect(await store.executions.get("exec_running")).toMatchObject({
      owner: null,
      due: START + 5,
    });
    expect(await store.executions.get("exec_over")).toMatchObject({ owner: null, due: START + 5 });
    expect(await store.executions.get("exec_waiting")).toMatchObject({ due: START + 70_000 });
  });

  test("of a newer format is refused with what to do, and not touched", async () => {
    await using folder = await tempFolder();
    const path = await createStore(folder.path);
    withDatabase(path, (database) => database.exec("PRAGMA user_version = 99"));
    const before = readFileSync(path);

    await expect(openSqliteStore({ path })).rejects.toMatchObject({
      code: "store_newer",
      message: expect.stringMatching(/format 99.*start the newer version again/s),
    });

    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test.for<{ name: string; damage: (path: string) => void }>([
    { name: "cut to nothing", damage: (path) => truncateSync(path, 0) },
    { name: "cut in its header", damage: (path) => truncateSync(path, 60) },
    { name: "cut in the middle", damage: (path) => truncateSync(path, 3 * 4_096) },
    {
      name: "cut within a page",
      damage: (path) => truncateSync(path, statSync(path).size - 1_000),
    },
    { name: "overwritten in its pages", damage: overwritePages },
    { name: "no database at all", damage: (path) => writeFileSync(path, "hello ".repeat(900)) },
  ])("that was $name is refused and not touched", async ({ damage }) => {
    await using folder = await tempFolder();
    const path = await createStore(folder.path);
    damage(path);
    const before = readFileSync(path);

    await expect(openSqliteStore({ path })).rejects.toMatchObject({
      code: "store_unavailable",
      retryable: false,
      message: expect.stringContaining(path),
    });

    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test("that belongs to another program is refused", async () => {
    await using folder = await tempFolder();
    const path = join(folder.path, "heddle.db");
    withDatabase(path, (database) => database.exec("CREATE TABLE contacts (name TEXT)"));

    await expect(openSqliteStore({ path })).rejects.toMatchObject({
      code: "store_unavailable",
      message: expect.stringContaining("not one of Heddle's"),
    });
  });

  test("that is missing while its log is there is not begun anew", async () => {
    await using folder = await tempFolder();
    writeFileSync(join(folder.path, "heddle.db-wal"), "what is left of it");

    await expect(openSqliteStore({ path: join(folder.path, "heddle.db") })).rejects.toMatchObject({
      code: "store_unavailable",
      message: expect.stringContaining("missing"),
    });

    expect(readdirSync(folder.path)).toEqual(["heddle.db-wal"]);
  });

  test("that was being created when the process died is created again", async () => {
    await using folder = await tempFolder();
    writeFileSync(join(folder.path, "heddle.db.new"), "half a database");

    await using store = await openSqliteStore({ path: join(folder.path, "heddle.db") });

    expect(await store.executions.insert(head("exec_1"))).toBe(true);
    expect(readdirSync(folder.path)).not.toContain("heddle.db.new");
  });

  test("in a folder that cannot be made is refused, naming DATA_DIR", async () => {
    await using folder = await tempFolder();
    writeFileSync(join(folder.path, "file"), "");

    await expect(
      openSqliteStore({ path: join(folder.path, "file", "heddle.db") }),
    ).rejects.toMatchObject({
      code: "store_unavailable",
      message: expect.stringContaining("DATA_DIR"),
    });
  });
});

async function createStore(folder: string): Promise<string> {
  const path = join(folder, "heddle.db");
  await using store = await openSqliteStore({ path });
  for (let n = 0; n < 50; n += 1) {
    await store.executions.insert(head(`exec_${n}`, { variables: { text: "x".repeat(2_000) } }));
  }
  return path;
}

function overwritePages(path: string): void {
  const content = readFileSync(path);
  content.fill(0xa5, 2 * 4_096, 12 * 4_096);
  writeFileSync(path, content);
}

function withDatabase(path: string, change: (database: DatabaseSync) => void): void {
  const database = new DatabaseSync(path);
  try {
    change(database);
  } finally {
    database.close();
  }
}
