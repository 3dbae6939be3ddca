import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { PAUSE_MARKS } from "../../engine/ports/changes.ts";
import { AppError } from "../../shared/errors.ts";
import { inspectDatabaseFile } from "./database-file.ts";
import { openSqliteStore } from "./open.ts";
import { createPrivateFile } from "./private-files.ts";

/** Under this key the engine finds that everything is paused. */
const PAUSE_ALL = `${PAUSE_MARKS}*`;

/**
 * All pages in one step: under one read transaction, which holds up no writer. In several steps SQLite begins anew whenever another
 * process has written in between (https://sqlite.org/c3ref/backup_finish.html), and with a busy bot that never ends.
 */
const ALL_PAGES = 2 ** 31 - 1;

/**
 * Copies a database as it is at one moment, also while a bot works on it: what was accepted before is in the copy, and nothing by halves.
 * The copy appears under its name when it is complete and checked, and is private to the user.
 *
 * @returns its size in bytes. @throws {AppError} `config_invalid` if there is no database or the copy exists, `store_unavailable`, `store_newer`.
 */
export async function backUpDatabase(path: string, copy: string): Promise<number> {
  if (!existsSync(path)) {
    throw new AppError({
      code: "config_invalid",
      message: `There is no ${path}. Give --from the folder that DATA_DIR names.`,
    });
  }
  if (existsSync(copy)) {
    throw new AppError({
      code: "config_invalid",
      message: `${copy} exists already, and a backup replaces nothing. Give --to another name.`,
    });
  }
  inspectDatabaseFile(path, 0);
  mkdirSync(dirname(copy), { recursive: true, mode: 0o700 });
  const draft = `${copy}.new`;
  removeDatabase(draft);
  createPrivateFile(draft);
  try {
    using database = new DatabaseSync(path, { readOnly: true });
    await backup(database, draft, { rate: ALL_PAGES });
    finish(draft);
    inspectDatabaseFile(draft, Number.POSITIVE_INFINITY);
    renameSync(draft, copy);
  } finally {
    removeDatabase(draft);
  }
  sync(dirname(copy));
  return statSync(copy).size;
}

/** What a restored database is made of, and what became of the one before. */
export interface Restored {
  /** Where the database that was there lies now; `null`: there was none. */
  readonly replaced: string | null;
}

/**
 * Puts a backup in the place of a database; hold `lockDataDir` first. The database that was there stays under another name. Everything
 * is paused in the restored one: what its runs did after the backup is not known to it, and they would do it again.
 *
 * May be repeated after it was interrupted at any point.
 *
 * @param now - milliseconds since 1970. @throws {AppError} `config_invalid` if there is no backup, `store_unavailable`, `store_newer`.
 */
export async function restoreDatabase(copy: string, path: string, now: number): Promise<Restored> {
  const { format } = inspectDatabaseFile(copy, Number.POSITIVE_INFINITY);
  if (format === "none") {
    throw new AppError({
      code: "config_invalid",
      message: `There is no ${copy}. Give --from a file that "npm run backup" wrote.`,
    });
  }
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.new`;
  removeDatabase(draft);
  createPrivateFile(draft);
  copyFileSync(copy, draft);
  await pauseEverything(draft, now);
  finish(draft);
  const replaced = setAside(path, now);
  renameSync(draft, path);
  sync(dirname(path));
  return { replaced };
}

/** Brings its tables up to date as well, so that a restored database is one of this version. */
async function pauseEverything(path: string, now: number): Promise<void> {
  await using store = await openSqliteStore({ path });
  const known = await store.kv.get(PAUSE_ALL);
  if (known === null) await store.kv.set(PAUSE_ALL, { by: "the restored backup", at: now });
}

/** The log of a database goes with it: its content is not complete without it. */
function setAside(path: string, now: number): string | null {
  const time = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const aside = `${path}.replaced-${time}`;
  const there = ["", "-wal", "-shm"].filter((suffix) => existsSync(`${path}${suffix}`));
  for (const suffix of there) renameSync(`${path}${suffix}`, `${aside}${suffix}`);
  return there.length === 0 ? null : aside;
}

/** Writes the log back into the database, which then is one file, and waits until that is on the disk. */
function finish(path: string): void {
  using database = new DatabaseSync(path);
  database.exec("PRAGMA journal_mode = DELETE");
  database.close();
  sync(path);
}

function removeDatabase(path: string): void {
  for (const suffix of ["", "-wal", "-shm", "-journal"])
    rmSync(`${path}${suffix}`, { force: true });
}

function sync(path: string): void {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** The database of a data folder. */
export function databaseIn(dataDir: string): string {
  return join(dataDir, "heddle.db");
}
