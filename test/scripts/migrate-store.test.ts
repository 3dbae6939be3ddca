import { execFile } from "node:child_process";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LEFT, TABLES } from "../../scripts/migrate-store/tables.ts";
import type { TotalsDelta } from "../../src/engine/model/totals.ts";
import type { Store } from "../../src/engine/ports/store.ts";
import { openMongoStore } from "../../src/store/mongodb/open.ts";
import { lockDataDir } from "../../src/store/sqlite/lock.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import * as records from "../store/records.ts";
import { tempFolder } from "../store/temp-folder.ts";
import { type MongoServer, mongoMissing, startMongoServer } from "../support/mongo-server.ts";

const SCRIPT = resolve(import.meta.dirname, "../../scripts/migrate-store.ts");
const { START } = records;
const BUDGET = {
  scope: "workflow",
  subject: "refund",
  monthlyNano: 5_000_000_000,
  setBy: "U0ALICE",
  setAt: START,
} as const;
const TOTAL: TotalsDelta = {
  workflowId: "refund",
  dimension: "workflow",
  name: "",
  hour: START,
  started: 1,
  completed: 0,
  failed: 0,
  cancelled: 0,
  durationMs: 0,
  costNano: 9_007_199_254_740_991,
  costUnknown: 0,
  calls: 2,
  promptTokens: 3,
  completionTokens: 4,
};

describe.skipIf(mongoMissing !== null)("migrate-store", () => {
  let server: MongoServer;
  beforeAll(async () => {
    server = await startMongoServer();
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
  });

  test("copies everything, says so with counts, and may be repeated", async () => {
    await using folder = await tempFolder();
    const uri = server.uri();
    const expected = await fillFolder(folder.path);

    const first = await migrateStore(folder.path, uri);
    const second = await migrateStore(folder.path, uri);

    expect(first).toMatchObject({ code: 0, output: expect.stringMatching(/heads +2 /) });
    expect(first.output).toContain("Everything is there, and the same.");
    expect(second).toEqual(first);
    await using store = await openMongoStore(uri);
    expect(await readAll(store)).toEqual(expected);
    // A new commit is counted on top of what was counted before.
    await store.commit(
      records.commit("exec_1", 2),
      records.head("exec_1", { rev: 2 }),
      [],
      [TOTAL],
    );
    const [total] = await store.readTotals({ dimension: "workflow", from: START, to: START + 1 });
    expect(total).toMatchObject({ started: 2, calls: 4 });
  });

  test("refuses a folder that a bot has", async () => {
    await using folder = await tempFolder();
    await fillFolder(folder.path);
    await using _lock = await lockDataDir(folder.path);

    const { code, output } = await migrateStore(folder.path, server.uri());

    expect(code).toBe(1);
    expect(output).toContain(`is in use by process ${process.pid}`);
  });

  test("refuses a database on which a bot works, or has worked", async () => {
    await using folder = await tempFolder();
    await fillFolder(folder.path);
    const [live, used] = [server.uri(), server.uri()];
    await using bot = await openMongoStore(live);
    const seenAt = Date.now();
    await bot.writeProcess({ id: "worker_a", name: "host:7", startedAt: seenAt, seenAt });
    await using former = await openMongoStore(used);
    await former.insertHead(records.head("exec_9"));
    await former.commit(
      records.commit("exec_9", 1),
      records.head("exec_9", { rev: 1 }),
      [],
      [TOTAL],
    );
    await former.readTotals({ dimension: "workflow", from: 0, to: START });

    expect(await migrateStore(folder.path, live)).toMatchObject({
      code: 1,
      output: expect.stringContaining("A bot works on the database"),
    });
    expect(await migrateStore(folder.path, used)).toMatchObject({
      code: 1,
      output: expect.stringContaining("A bot has worked on the database"),
    });
  });

  test("says what is wrong with its arguments, without the password", async () => {
    await using folder = await tempFolder();
    await fillFolder(folder.path);

    const nobody = await migrateStore(
      folder.path,
      "mongodb://u:s3cret-word@127.0.0.1:1/x?serverSelectionTimeoutMS=300",
    );
    const nothing = await migrateStore(join(folder.path, "nowhere"), server.uri());

    expect(nobody.output).toContain("No database answers at mongodb 127.0.0.1:1/x");
    expect(nobody.output).not.toContain("s3cret");
    expect(nothing.output).toContain("There is no");
  });
});

test("every table of the embedded store is copied or left with a reason", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "heddle.db");
  await using _store = await openSqliteStore({ path });
  using database = new DatabaseSync(path, { readOnly: true });
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();

  const names = tables
    .map(({ name }) => String(name))
    .filter((name) => !name.startsWith("sqlite_"));
  expect(names.sort()).toEqual([...Object.keys(TABLES), ...Object.keys(LEFT)].sort());
});

/** @returns everything in it, as a reader sees it. */
async function fillFolder(folder: string): Promise<unknown> {
  await using store = await openSqliteStore({
    path: join(folder, "heddle.db"),
    synchronous: "off",
  });
  await store.insertHead(records.head("exec_1", { variables: { "$odd.key": [null, 1.5] } }));
  await store.insertHead(records.head("exec_2", { due: null, startedBy: "U0BOB" }));
  await store.commit(records.commit("exec_1", 1), records.head("exec_1", { rev: 1 }), [], [TOTAL]);
  await store.insertSignal(records.signal("s1", "exec_1"));
  await store.insertSignal(records.signal("s2", "exec_1"));
  await store.settleSignals(["s2"]);
  await store.insertVersion(records.version("refund", 1));
  await store.writeWorkflow(records.workflow("refund"));
  await store.writeMark("schedules", { at: 1 });
  await store.dedupe("/hook:1", "exec_1", START, START + 3_600_000);
  await store.insertCall(records.call("c1", "exec_1", { prompt: { name: "judge", version: 1 } }));
  await store.insertCard(records.card("exec_1", "run"));
  await store.insertDraft(records.draft("draft_1"));
  await store.insertPromptVersion(records.promptVersion("judge", 1));
  await store.writePrompt(records.prompt("judge"));
  await store.writeSample(records.sample("sample_1"));
  await store.insertEvent({ id: "e1", name: "paid", at: START, payload: { "a.b": 1 } });
  await store.subscribe("exec_1", "paid");
  await store.takeSlot("refund:eu", 1, "exec_1");
  await store.joinLine({ line: "refund:eu", executionId: "exec_2", at: START });
  await store.writeBudget(BUDGET);
  return await readAll(store);
}

async function readAll(store: Store): Promise<unknown> {
  return {
    heads: await store.listHeads({ limit: 9 }),
    mine: await store.listHeads({ startedBy: "U0BOB", limit: 9 }),
    log: await store.readLog("exec_1", 0),
    signals: await store.pendingSignals({ limit: 9 }),
    isTaken: await store.insertSignal(records.signal("s2", "exec_1")),
    version: await store.readVersion("refund", 1),
    workflows: await store.listWorkflows(),
    mark: await store.readMark("schedules"),
    duplicate: await store.dedupe("/hook:1", "exec_7", START, START + 1),
    calls: await store.listCalls("exec_1"),
    promptCalls: await store.listPromptCalls({ name: "judge", version: 1 }, 9),
    cards: await store.listCards("exec_1"),
    draft: await store.readDraft("draft_1"),
    prompts: [await store.listPrompts(), await store.listPromptVersions("judge")],
    samples: await store.listSamples({ workflowId: records.sample("sample_1").workflowId }),
    events: [await store.pendingEvents(9), await store.listSubscribers("paid", { limit: 9 })],
    slots: [await store.readSlots("refund:eu"), await store.nextInLine("refund:eu", 9)],
    budgets: await store.listBudgets(),
    totals: await store.readTotals({ dimension: "workflow", from: 0, to: START + 1 }),
  };
}

async function migrateStore(
  from: string,
  to: string,
): Promise<{ readonly code: number; readonly output: string }> {
  const run = promisify(execFile)(process.execPath, [SCRIPT, "--from", from, "--to", to]);
  return run.then(
    ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
    ({ code, stdout, stderr }) => ({ code, output: stdout + stderr }),
  );
}
