import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { DAY_MS, HOUR_MS, NOTHING } from "../../../src/engine/model/totals.ts";
import { openDatabaseFile } from "../../../src/store/sqlite/database-file.ts";
import { MIGRATIONS } from "../../../src/store/sqlite/migrations.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { commit, head } from "../records.ts";
import { tempFolder } from "../temp-folder.ts";

const DAY = 20_000 * DAY_MS;

/** A file as it was before a step of the tables. @param words - stand in that step. */
function createBefore(words: string, path: string): DatabaseSync {
  const step = MIGRATIONS.findIndex((sql) => sql.includes(words));
  const database = new DatabaseSync(path);
  for (const sql of MIGRATIONS.slice(0, step)) database.exec(sql);
  using current = openDatabaseFile(":memory:", "off");
  const mark = current.prepare("PRAGMA application_id").get()?.["application_id"];
  database.exec(`PRAGMA application_id = ${Number(mark)}; PRAGMA user_version = ${step};`);
  return database;
}

test("sums of whole days hold what was counted before they were kept, and what comes after", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "heddle.db");
  const before = createBefore("CREATE TABLE totals_days", path);
  const add = before.prepare(
    "INSERT INTO totals VALUES (?, ?, ?, ?, 1, 1, 0, 0, 9, 5, 0, 1, 3, 2)",
  );
  add.run("person", "triage", DAY, "U0ALICE");
  add.run("person", "refund", DAY + 23 * HOUR_MS, "U0ALICE");
  add.run("person", "refund", DAY + DAY_MS, "U0ALICE");
  add.run("workflow", "triage", DAY, "");
  add.run("step", "triage", DAY, "judge");
  before.close();

  await using store = await openSqliteStore({ path });
  await store.executions.insert(head("exec_1"));
  const more = { ...NOTHING, workflowId: "triage", dimension: "person" as const, name: "U0ALICE" };
  await store.log.commit(
    commit("exec_1", 1),
    head("exec_1", { rev: 1 }),
    [],
    [{ ...more, hour: DAY, started: 1, costNano: 100 }],
  );

  const sums = async (dimension: "person" | "workflow") =>
    (await store.totals.sumDays({ dimension, from: 0, to: DAY + 2 * DAY_MS, each: "day" })).map(
      ({ name, day, started, costNano }) => [name, (day - DAY) / DAY_MS, started, costNano],
    );
  expect(await sums("person")).toEqual([
    ["U0ALICE", 0, 3, 110],
    ["U0ALICE", 1, 1, 5],
  ]);
  expect(await sums("workflow")).toEqual([["triage", 0, 1, 5]]);
});
