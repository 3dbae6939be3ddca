import { execFile } from "node:child_process";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LEFT, TABLES } from "../../scripts/migrate-store/tables.ts";
import type { TotalsDelta } from "../../src/engine/model/totals.ts";
import type { Store } from "../../src/engine/ports/store.ts";
import { encryptStore } from "../../src/store/encryption/encrypted-store.ts";
import { openMongoStore } from "../../src/store/mongodb/open.ts";
import { lockDataDir } from "../../src/store/sqlite/lock.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import * as records from "../store/records.ts";
import { tempFolder } from "../store/temp-folder.ts";
import { newKey, ringOf } from "../support/key-ring.ts";
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
const LABELS = { customer: "ACME", region: "EU" };
/** Of more than one part. */
const FILE = {
  bytes: Buffer.alloc(2_500_000, "heddle"),
  stored: { ref: `sha256:${"a".repeat(64)}`, size: 2_500_000, expiresAt: START + 1 },
};
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
    await store.log.commit(
      records.commit("exec_1", 2),
      records.head("exec_1", { rev: 2 }),
      [],
      [TOTAL],
    );
    const [total] = await store.totals.read({ dimension: "workflow", from: START, to: START + 1 });
    expect(total).toMatchObject({ started: 2, calls: 4 });
  });

  test("copies what is encrypted as it is: it opens with the same key alone", async () => {
    await using folder = await tempFolder();
    const uri = server.uri();
    const ring = ringOf(newKey());
    {
      await using plain = await openSqliteStore({ path: join(folder.path, "heddle.db") });
      const store = await encryptStore(plain, ring);
      await store.calls.insert(records.call("c1", "exec_1", { text: "hidden-word" }));
      await store.executions.insert(records.head("exec_1", { labels: LABELS }));
      await store.files.save(FILE.stored, FILE.bytes, START);
    }
    expect(await migrateStore(folder.path, uri)).toMatchObject({ code: 0 });
    await using plain = await openMongoStore(uri);
    await expect(encryptStore(plain, null)).rejects.toThrow("ENCRYPTION_KEY is missing");
    const store = await encryptStore(plain, ring);
    expect(await store.calls.get("c1")).toMatchObject({ text: "hidden-word" });
    const { records: found } = await store.executions.list({ labels: LABELS, limit: 9 });
    expect(found).toMatchObject([{ executionId: "exec_1", start: { labels: LABELS } }]);
    expect((await store.files.read(FILE.stored.ref))?.equals(FILE.bytes)).toBe(true);
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
    await bot.processes.save({ id: "worker_a", name: "host:7", startedAt: seenAt, seenAt });
    await using former = await openMongoStore(used);
    await former.executions.insert(records.head("exec_9"));
    await former.log.commit(
      records.commit("exec_9", 1),
      records.head("exec_9", { rev: 1 }),
      [],
      [TOTAL],
    );
    await former.totals.read({ dimension: "workflow", from: 0, to: START });

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
  await store.executions.insert(records.head("exec_1", { variables: { "$odd.key": [null, 1.5] } }));
  await store.executions.insert(
    records.head("exec_2", { due: null, startedBy: "U0BOB", labels: LABELS }),
  );
  await store.log.commit(
    records.commit("exec_1", 1),
    records.head("exec_1", { rev: 1 }),
    [],
    [TOTAL],
  );
  await store.signals.insert(records.signal("s1", "exec_1"));
  await store.signals.insert(records.signal("s2", "exec_1"));
  await store.signals.settle(["s2"]);
  await store.workflows.insertVersion(records.version("refund", 1));
  await store.workflows.save(records.workflow("refund"));
  await store.kv.set("schedules", { at: 1 });
  await store.dedupe.claim("/hook:1", "exec_1", START, START + 3_600_000);
  await store.calls.insert(records.call("c1", "exec_1", { prompt: { name: "judge", version: 1 } }));
  await store.cards.insert(records.card("exec_1", "run"));
  await store.drafts.insert(records.draft("draft_1"));
  await store.prompts.insertVersion(records.promptVersion("judge", 1));
  await store.prompts.save(records.prompt("judge"));
  await store.samples.save(records.sample("sample_1"));
  await store.events.insert({ id: "e1", name: "paid", at: START, payload: { "a.b": 1 } });
  await store.events.subscribe("exec_1", "paid");
  await store.slots.take("refund:eu", 1, "exec_1");
  await store.slots.enqueue({ line: "refund:eu", executionId: "exec_2", at: START });
  await store.budgets.save(BUDGET);
  await store.tokens.insert(records.token("tok_1"));
  await store.files.save(FILE.stored, FILE.bytes, START);
  await store.files.link({ ref: FILE.stored.ref, holder: "exec_1", at: START });
  return await readAll(store);
}

async function readAll(store: Store): Promise<unknown> {
  return {
    heads: await store.executions.list({ limit: 9 }),
    mine: await store.executions.list({ startedBy: "U0BOB", limit: 9 }),
    labeled: (await store.executions.list({ labels: LABELS, limit: 9 })).records.length,
    log: await store.log.read("exec_1", 0),
    signals: await store.signals.pending({ limit: 9 }),
    isTaken: await store.signals.insert(records.signal("s2", "exec_1")),
    version: await store.workflows.getVersion("refund", 1),
    workflows: await store.workflows.list(),
    mark: await store.kv.get("schedules"),
    duplicate: await store.dedupe.claim("/hook:1", "exec_7", START, START + 1),
    calls: await store.calls.list("exec_1"),
    promptCalls: await store.calls.listOfPrompt({ name: "judge", version: 1 }, 9),
    cards: await store.cards.list("exec_1"),
    draft: await store.drafts.get("draft_1"),
    prompts: [await store.prompts.list(), await store.prompts.listVersions("judge")],
    samples: await store.samples.list({ workflowId: records.sample("sample_1").workflowId }),
    events: [
      await store.events.pending(9),
      await store.events.listSubscribers("paid", { limit: 9 }),
    ],
    slots: [await store.slots.list("refund:eu"), await store.slots.peek("refund:eu", 9)],
    budgets: await store.budgets.list(),
    tokens: await store.tokens.list({ limit: 9 }),
    file: (await store.files.read(FILE.stored.ref))?.equals(FILE.bytes),
    files: await store.files.listExpired(START + 1, 9),
    filesOf: await store.files.listOf("exec_1", 9),
    totals: await store.totals.read({ dimension: "workflow", from: 0, to: START + 1 }),
    days: await store.totals.sumDays({
      dimension: "workflow",
      from: 0,
      to: START + 1,
      each: "day",
    }),
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
