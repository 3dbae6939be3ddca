import type { FileStore, StoredFile } from "../../engine/ports/files.ts";
import { createFiles, FILE_LINKS, splitBytes } from "../records.ts";
import type { Connection } from "./connection.ts";
import { recordTable } from "./record-table.ts";
import { integer, type Row, text } from "./row.ts";

/** Bytes of files in parts, so that no row is large, and who may use them. */
export function openFiles(connection: Connection): FileStore {
  const insert = connection.prepare("INSERT INTO files (ref, size, expires_at) VALUES (?, ?, ?)");
  const insertPart = connection.prepare(
    "INSERT INTO file_parts (ref, part, bytes) VALUES (?, ?, ?)",
  );
  const extend = connection.prepare(
    "UPDATE files SET expires_at = max(expires_at, ?) WHERE ref = ?",
  );
  const select = connection.prepare("SELECT ref FROM files WHERE ref = ?");
  const selectParts = connection.prepare(
    "SELECT bytes FROM file_parts WHERE ref = ? ORDER BY part",
  );
  const total = connection.prepare("SELECT coalesce(sum(size), 0) AS bytes FROM files");
  const selectExpired = connection.prepare(
    "SELECT * FROM files WHERE expires_at <= ? ORDER BY expires_at, ref LIMIT ?",
  );
  const remove = connection.prepare("DELETE FROM files WHERE ref = ? AND expires_at <= ?");
  const removeParts = connection.prepare("DELETE FROM file_parts WHERE ref = ?");

  return createFiles(recordTable(connection, FILE_LINKS), {
    save: ({ ref, size, expiresAt }, bytes) =>
      connection.write(() => {
        if (extend.run(expiresAt, ref).changes > 0) return;
        insert.run(ref, size, expiresAt);
        for (const [part, some] of splitBytes(bytes).entries()) insertPart.run(ref, part, some);
      }),
    read: (ref) =>
      connection.read(() => {
        if (select.get(ref) === undefined) return null;
        return Buffer.concat(selectParts.all(ref).map(({ bytes }) => blob(bytes)));
      }),
    extend: (ref, until) => connection.write(() => extend.run(until, ref).changes > 0),
    totalBytes: () =>
      connection.read(() => {
        const row = total.get();
        return row === undefined ? 0 : integer(row, "bytes");
      }),
    listExpired: (now, limit) =>
      connection.read(() => selectExpired.all(now, limit).map(toStoredFile)),
    remove: (ref, now) =>
      connection.write(() => {
        if (remove.run(ref, now).changes === 0) return false;
        removeParts.run(ref);
        return true;
      }),
    // A save is whole or not at all.
    removeLeftovers: async () => undefined,
  });
}

function toStoredFile(row: Row): StoredFile {
  return {
    ref: text(row, "ref"),
    size: integer(row, "size"),
    expiresAt: integer(row, "expires_at"),
  };
}

/** The bytes of a column. */
export function blob(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new TypeError("column bytes is no blob");
}
