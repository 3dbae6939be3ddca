import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { forgetOtherKeys, prepareSeals } from "../../src/store/encryption/encrypted-store.ts";
import type { KeyRing } from "../../src/store/encryption/keys.ts";
import { type RecordSeals, reseal, type Seal } from "../../src/store/encryption/record-seals.ts";
import { splitBytes } from "../../src/store/records.ts";
import { Connection } from "../../src/store/sqlite/connection.ts";
import { blob } from "../../src/store/sqlite/files.ts";
import { SELECT_HEADS, toHead } from "../../src/store/sqlite/heads.ts";
import { toSignal } from "../../src/store/sqlite/inbox.ts";
import { createMarks } from "../../src/store/sqlite/keys.ts";
import { toCommit } from "../../src/store/sqlite/log.ts";
import { json, type Row, text } from "../../src/store/sqlite/row.ts";

/** Rows in one transaction. */
const BATCH = 500;

/** Where one kind of record stands in the file. */
interface Place {
  readonly table: string;
  readonly select: string;
  readonly update: string;
  /** The new text, and the key of its row. */
  readonly rewrite: (row: Row) => Promise<readonly SQLInputValue[]>;
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

async function rewriteAll(
  database: DatabaseSync,
  { select, update, rewrite }: Place,
): Promise<number> {
  // Read at once: a statement that is being read would see what is written meanwhile.
  const rows = database.prepare(select).all();
  const statement = database.prepare(update);
  for (let at = 0; at < rows.length; at += BATCH) {
    const values = await Promise.all(rows.slice(at, at + BATCH).map(rewrite));
    database.exec("BEGIN IMMEDIATE");
    for (const one of values) statement.run(...one);
    database.exec("COMMIT");
  }
  return rows.length;
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
    recordPlace("calls", seals.calls),
    recordPlace("drafts", seals.drafts),
    recordPlace("events", seals.events),
    recordPlace("samples", seals.samples),
    recordPlace("audit", seals.audit),
    {
      table: "inbox",
      select: "SELECT * FROM inbox",
      update: "UPDATE inbox SET payload = ? WHERE id = ?",
      rewrite: async (row) => {
        const { id, payload } = await reseal(seals.signals, toSignal(row));
        return [JSON.stringify(payload), id];
      },
    },
    {
      table: "starts",
      select: SELECT_HEADS,
      update: "UPDATE starts SET event = ? WHERE execution_id = ?",
      rewrite: async (row) => {
        const { executionId, start } = await reseal(seals.executions, toHead(row));
        return [JSON.stringify(start), executionId];
      },
    },
    {
      table: "log",
      select: "SELECT * FROM log",
      update: "UPDATE log SET events = ? WHERE execution_id = ? AND rev = ?",
      rewrite: async (row) => {
        const { executionId, rev, events } = await reseal(seals.commits, toCommit(row));
        return [JSON.stringify(events), executionId, rev];
      },
    },
  ];
}

function recordPlace<R extends { readonly id: string }>(table: string, seal: Seal<R>): Place {
  return {
    table,
    select: `SELECT record FROM ${table}`,
    update: `UPDATE ${table} SET record = ? WHERE id = ?`,
    rewrite: async (row) => {
      const record = await reseal(seal, json<R>(row, "record"));
      return [JSON.stringify(record), record.id];
    },
  };
}
