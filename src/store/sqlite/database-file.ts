import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { AppError, isAppError } from "../../shared/errors.ts";
import { toStoreError } from "./failure.ts";
import { MIGRATIONS } from "./migrations.ts";
import { createPrivateFile } from "./private-files.ts";
import { integer, text } from "./row.ts";

/** Marks a SQLite file as ours: the letters HDDL, where `PRAGMA application_id` keeps them. */
const APPLICATION_ID = 0x48_44_44_4c;

/**
 * How long a statement waits for another program that has the file locked. It blocks the process,
 * so it is short.
 */
const BUSY_TIMEOUT_MS = 1_000;

/** How much of the write-ahead log stays on disk once its content is in the database. */
const WAL_LIMIT_BYTES = 64 * 1024 * 1024;

/** Length of the header of a SQLite file. */
const HEADER_BYTES = 100;
const MAGIC = "SQLite format 3\0";

export type Synchronous = "full" | "normal" | "off";

/**
 * Opens the database and brings its tables up to date; creates it, with its folder, if there is
 * none.
 *
 * Nothing that exists is changed before it has been checked, and nothing is ever deleted.
 *
 * @throws {AppError} `store_newer`, `store_unavailable`.
 */
export function openDatabaseFile(path: string, synchronous: Synchronous): DatabaseSync {
  try {
    if (path !== ":memory:") prepareFile(path);
    return openChecked(path, synchronous);
  } catch (error) {
    // What the file system refuses has no SQLite code, but is no mistake of ours either.
    throw isAppError(error) ? error : toOpenError(error, path);
  }
}

/** What is known of a database without opening it for writing. */
export interface DatabaseFileState {
  /** `none`: it will be created. `behind`: the next start brings its tables up to date. */
  readonly format: "none" | "current" | "behind";
  /** Whether all of its content was checked: not while its log waits to be written back. */
  readonly isChecked: boolean;
  readonly bytes: number;
}

/**
 * Judges a database as {@link openDatabaseFile} would, and changes nothing.
 *
 * @param maxBytes - the content of a larger file is not read: that takes long and blocks the process.
 * @throws {AppError} `store_newer`, `store_unavailable`.
 */
export function inspectDatabaseFile(path: string, maxBytes: number): DatabaseFileState {
  try {
    if (!checkFile(path)) return { format: "none", isChecked: true, bytes: 0 };
    const { size: bytes } = statSync(path);
    const version = readVersion(path);
    if (version > MIGRATIONS.length) throw newer(path, version);
    // With a log beside it, reading would have to recover the log first, and so to write.
    const isChecked = !existsSync(`${path}-wal`) && bytes <= maxBytes;
    if (isChecked) checkUntouched(path);
    return { format: version < MIGRATIONS.length ? "behind" : "current", isChecked, bytes };
  } catch (error) {
    throw isAppError(error) ? error : toOpenError(error, path);
  }
}

/** `immutable` keeps SQLite from creating files beside a database that no process has open. */
function checkUntouched(path: string): void {
  const url = pathToFileURL(path);
  url.searchParams.set("immutable", "1");
  const database = new DatabaseSync(url, { readOnly: true });
  try {
    checkContent(database, path);
  } finally {
    database.close();
  }
}

function prepareFile(path: string): void {
  if (checkFile(path)) return;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  createFile(path);
}

/**
 * Whether there is a database at all.
 *
 * @throws {AppError} `store_unavailable` when it cannot be what a bot left.
 */
function checkFile(path: string): boolean {
  if (existsSync(path)) {
    // A database of ours appears under its name complete, so an empty one has lost its content.
    if (statSync(path).size === 0) throw damaged(path, "is empty");
    if (!existsSync(`${path}-wal`)) checkLength(path);
    return true;
  }
  if (existsSync(`${path}-wal`))
    throw damaged(path, `is missing, but its log ${path}-wal is there`);
  return false;
}

/**
 * SQLite takes what is missing of the last page for zeros, and its own check may find nothing wrong
 * with that.
 *
 * Not with a write-ahead log beside the file: a power cut may have left the file short then, and
 * the log completes it.
 */
function checkLength(path: string): void {
  const header = readHeader(path);
  if (header.toString("latin1", 0, MAGIC.length) !== MAGIC) return;
  // Offsets of https://sqlite.org/fileformat.html, section 1.3; a page of 65,536 bytes is written
  // as 1.
  const pageBytes = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16);
  const expectedBytes = header.readUInt32BE(28) * pageBytes;
  const { size } = statSync(path);
  if (size < expectedBytes) throw damaged(path, `is cut short (${size} of ${expectedBytes} bytes)`);
}

/** The version of its tables, `PRAGMA user_version`: the number at offset 60. */
function readVersion(path: string): number {
  const header = readHeader(path);
  const isOurs =
    header.toString("latin1", 0, MAGIC.length) === MAGIC &&
    header.readUInt32BE(68) === APPLICATION_ID;
  if (!isOurs) throw damaged(path, "is not a database of Heddle's");
  return header.readUInt32BE(60);
}

function readHeader(path: string): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  const file = openSync(path, "r");
  try {
    readSync(file, header, 0, HEADER_BYTES, 0);
  } finally {
    closeSync(file);
  }
  return header;
}

/**
 * Under another name first: a crash on the way leaves nothing that looks like a database that lost
 * its data.
 */
function createFile(path: string): void {
  const draft = `${path}.new`;
  for (const suffix of ["", "-journal"]) rmSync(`${draft}${suffix}`, { force: true });
  // SQLite gives the files that it keeps beside a database the mode of the database.
  createPrivateFile(draft);
  const database = new DatabaseSync(draft);
  try {
    migrate(database, 0);
  } finally {
    database.close();
  }
  renameSync(draft, path);
}

function openChecked(path: string, synchronous: Synchronous): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    checkContent(database, path);
    migrate(database, readPragma(database, "user_version"));
    database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = ${synchronous};
      PRAGMA journal_size_limit = ${WAL_LIMIT_BYTES};
    `);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function checkContent(database: DatabaseSync, path: string): void {
  const version = readPragma(database, "user_version");
  const isOurs = readPragma(database, "application_id") === APPLICATION_ID;
  const isNew = path === ":memory:";
  if (!isOurs && !isNew) throw damaged(path, "is a SQLite database, but not one of Heddle's");
  if (version > MIGRATIONS.length) throw newer(path, version);
  const result = database.prepare("PRAGMA quick_check(1)").get();
  const verdict = result === undefined ? "nothing" : text(result, "quick_check");
  if (verdict !== "ok") throw damaged(path, "is damaged", verdict);
}

function migrate(database: DatabaseSync, from: number): void {
  for (const [index, sql] of MIGRATIONS.entries()) {
    if (index < from) continue;
    // Number and tables change together or not at all: an interrupted step is done again from its
    // beginning.
    database.exec(`
      BEGIN EXCLUSIVE;
      ${sql}
      PRAGMA application_id = ${APPLICATION_ID};
      PRAGMA user_version = ${index + 1};
      COMMIT;
    `);
  }
}

function readPragma(database: DatabaseSync, name: "user_version" | "application_id"): number {
  const row = database.prepare(`PRAGMA ${name}`).get();
  return row === undefined ? 0 : integer(row, name);
}

function damaged(path: string, what: string, found?: string): AppError {
  return new AppError({
    code: "store_unavailable",
    message: `${path} ${what}. Nothing was changed: restore it from a backup, or move it away together with its -wal file to begin with an empty database.`,
    details: found === undefined ? {} : { found },
  });
}

function newer(path: string, version: number): AppError {
  return new AppError({
    code: "store_newer",
    message: `${path} was written by a newer Heddle (format ${version}; this one knows up to ${MIGRATIONS.length}). Nothing was changed: start the newer version again, restore a backup from before the upgrade, or use another DATA_DIR.`,
    details: { version, known: MIGRATIONS.length },
  });
}

function toOpenError(error: unknown, path: string): AppError {
  const mapped = toStoreError(error, path);
  if (mapped.code !== "internal") return mapped;
  return new AppError({
    code: "store_unavailable",
    message: `${path} cannot be opened. Check DATA_DIR: its folder must exist or be creatable, and the bot must be allowed to write there.`,
    cause: error,
  });
}
