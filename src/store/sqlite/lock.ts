import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { AppError } from "../../shared/errors.ts";
import { readOwn } from "../../shared/json.ts";
import { isBusy } from "./failure.ts";
import { createPrivateFile } from "./private-files.ts";

const LOCK_FILE = "heddle.lock";
/**
 * Beside the lock, because no other process can read a locked file. Only for the message: it
 * decides nothing.
 */
const HOLDER_FILE = "heddle.lock.json";

/**
 * Takes a data folder for this process, until it is disposed or the process ends, however it ends.
 *
 * The lock is one of the operating system, held through an open transaction of SQLite: a killed
 * process leaves no lock behind. It does not hold on network file systems that do not lock.
 *
 * @throws {AppError} `store_locked` naming the process that has the folder, `store_unavailable`
 * when the folder cannot be written.
 */
export async function lockDataDir(dir: string): Promise<AsyncDisposable> {
  const holderFile = join(dir, HOLDER_FILE);
  let database: DatabaseSync;
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    createPrivateFile(join(dir, LOCK_FILE));
    database = new DatabaseSync(join(dir, LOCK_FILE), { timeout: 0 });
  } catch (error) {
    throw unusable(dir, error);
  }
  try {
    database.exec("PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
    writeFileSync(
      holderFile,
      JSON.stringify({ pid: process.pid, startedAt: new Date().toISOString() }),
      { mode: 0o600 },
    );
  } catch (error) {
    database.close();
    throw isBusy(error) ? locked(dir, describeHolder(holderFile)) : unusable(dir, error);
  }
  return {
    async [Symbol.asyncDispose]() {
      if (!database.isOpen) return;
      // The lock file itself stays: a process that waits for it must not be left with a file that
      // has no name.
      rmSync(holderFile, { force: true });
      database.close();
    },
  };
}

/**
 * Who has a data folder, without taking it; `null`: it is free.
 *
 * For the moment of the question it shares the lock, so that a bot which starts at that very moment
 * would find the folder in use.
 *
 * @throws {AppError} `store_unavailable` when the lock cannot be read.
 */
export function findHolder(dir: string): string | null {
  const lockFile = join(dir, LOCK_FILE);
  if (!existsSync(lockFile)) return null;
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(lockFile, { readOnly: true, timeout: 0 });
    database.prepare("SELECT count(*) FROM sqlite_schema").get();
    return null;
  } catch (error) {
    if (isBusy(error)) return describeHolder(join(dir, HOLDER_FILE));
    throw unusable(dir, error);
  } finally {
    database?.close();
  }
}

function describeHolder(holderFile: string): string {
  try {
    const holder: unknown = JSON.parse(readFileSync(holderFile, "utf8"));
    const pid = readOwn(holder, "pid");
    const startedAt = readOwn(holder, "startedAt");
    if (typeof pid === "number" && typeof startedAt === "string") {
      return `process ${pid} (since ${startedAt})`;
    }
  } catch {
    // Not written yet, or just removed: the lock is what counts.
  }
  return "another process";
}

function locked(dir: string, holder: string): AppError {
  return new AppError({
    code: "store_locked",
    message: `The data folder ${dir} is in use by ${holder}. Stop that process first, or give this one a folder of its own with DATA_DIR.`,
    details: { dir },
  });
}

function unusable(dir: string, cause: unknown): AppError {
  return new AppError({
    code: "store_unavailable",
    message: `The data folder ${dir} cannot be used. Check DATA_DIR: the folder must exist or be creatable, and the bot must be allowed to write there.`,
    cause,
  });
}
