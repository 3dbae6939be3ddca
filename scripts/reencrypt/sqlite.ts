import type { DatabaseSync } from "node:sqlite";
import type { ExecutionRecord } from "../../src/engine/ports/executions.ts";
import { forgetOtherKeys, prepareSeals } from "../../src/store/encryption/encrypted-store.ts";
import type { KeyRing } from "../../src/store/encryption/keys.ts";
import { type RecordSeals, reseal, type Seal } from "../../src/store/encryption/record-seals.ts";
import { splitBytes } from "../../src/store/records.ts";
import { Connection } from "../../src/store/sqlite/connection.ts";
import { blob } from "../../src/store/sqlite/files.ts";
import { toSignal } from "../../src/store/sqlite/inbox.ts";
import { createMarks } from "../../src/store/sqlite/keys.ts";
import { toCommit } from "../../src/store/sqlite/log.ts";
import { integer, json, type Row, text } from "../../src/store/sqlite/row.ts";
import { type RecordName, recordPlaces } from "./record-places.ts";

/** Rows in one transaction. */
const BATCH = 500;

/** Where one kind of record stands in the file. */
interface Place {
  readonly table: string;
  /** The column with its JSON text. */
  readonly column: string;
  /** The new value of that column. */
  readonly rewrite: (row: Row) => Promise<unknown>;
}

/**
 * Seals every record with the first key, and then writes the file anew, so that none of its free pages has what was there.
 *
 * @throws {AppError} `config_invalid` for a key that is missing; `store_unavailable` for what cannot be decrypted. What was rewritten
 * stays so.
 */
export async function reencryptSqlite(
  database: DatabaseSync,
  ring: KeyRing,
  report: (table: string, rewritten: number) => void,
): Promise<void> {
  const marks = createMarks(new Connection(database, "the data folder"));
  const seals = await prepareSeals(marks, ring);
  if (seals === null) return;
  for (const place of placesOf(seals)) report(place.table, await rewriteAll(database, place));
  report("files", await rewriteFiles(database, seals));
  await forgetOtherKeys(marks, ring);
  database.exec("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);");
}

/** Rows keep their numbers until the file is written anew. */
async function rewriteAll(
  database: DatabaseSync,
  { table, column, rewrite }: Place,
): Promise<number> {
  const select = database.prepare(
    `SELECT rowid AS number, * FROM ${table} WHERE rowid > ? ORDER BY rowid LIMIT ?`,
  );
  const update = database.prepare(`UPDATE ${table} SET ${column} = ? WHERE rowid = ?`);
  let count = 0;
  for (let after = 0; ; ) {
    const rows = select.all(after, BATCH);
    const last = rows.at(-1);
    if (last === undefined) return count;
    const texts = await Promise.all(rows.map(async (row) => JSON.stringify(await rewrite(row))));
    database.exec("BEGIN IMMEDIATE");
    for (const [n, row] of rows.entries()) update.run(texts[n] ?? null, integer(row, "number"));
    database.exec("COMMIT");
    count += rows.length;
    after = integer(last, "number");
  }
}

/** One after the other: they are large. */
async function rewriteFiles(database: DatabaseSync, { files }: RecordSeals): Promise<number> {
  const refs = database
    .prepare("SELECT ref FROM files")
    .all()
    .map((row) => text(row, "ref"));
  const select = database.prepare("SELECT bytes FROM file_parts WHERE ref = ? ORDER BY part");
  const remove = database.prepare("DELETE FROM file_parts WHERE ref = ?");
  const insert = database.prepare("INSERT INTO file_parts (ref, part, bytes) VALUES (?, ?, ?)");
  for (const ref of refs) {
    const bytes = Buffer.concat(select.all(ref).map((row) => blob(row["bytes"])));
    const parts = splitBytes(files.seal(ref, await files.open(ref, bytes)));
    database.exec("BEGIN IMMEDIATE");
    remove.run(ref);
    for (const [part, some] of parts.entries()) insert.run(ref, part, some);
    database.exec("COMMIT");
  }
  return refs.length;
}

function placesOf(seals: RecordSeals): readonly Place[] {
  return [
    ...recordPlaces(seals, recordPlace),
    {
      table: "inbox",
      column: "payload",
      rewrite: async (row) => (await reseal(seals.signals, toSignal(row))).payload,
    },
    {
      table: "starts",
      column: "event",
      rewrite: async (row) => {
        const start = json<ExecutionRecord["start"]>(row, "event");
        const executionId = text(row, "execution_id");
        return (await reseal(seals.executions, { executionId, start })).start;
      },
    },
    {
      table: "log",
      column: "events",
      rewrite: async (row) => (await reseal(seals.commits, toCommit(row))).events,
    },
  ];
}

function recordPlace<R extends { readonly id: string }>(table: RecordName, seal: Seal<R>): Place {
  return {
    table,
    column: "record",
    rewrite: (row) => reseal(seal, json<R>(row, "record")),
  };
}
