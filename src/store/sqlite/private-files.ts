import {
  chmodSync,
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  type Stats,
} from "node:fs";
import { join } from "node:path";
import { AppError, isAppError } from "../../shared/errors.ts";

/** Read and written by their owner alone. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
/** What the group and all other users may do. */
const OTHERS = 0o077;

/**
 * Makes the data folder and what lies in it private to the bot's user, whatever it was before; creates the folder if it is missing.
 *
 * A folder that belongs to root, as volumes of some platforms do, stays as it is: root may read everything in any case.
 *
 * @returns what was corrected, a sentence each.
 * @throws {AppError} `store_unavailable` for a folder or a file of another user, and for a link: the owner of the file, or of
 * the target, can read and replace what the bot stores.
 */
export function makePrivate(dir: string): readonly string[] {
  try {
    mkdirSync(dir, { recursive: true, mode: FOLDER_MODE });
    return findOpen(dir).map(({ path, mode, wanted }) => {
      chmodSync(path, wanted);
      return `${path} could be read by other users (mode ${show(mode)}); it is ${show(wanted)} now`;
    });
  } catch (error) {
    if (isAppError(error)) throw error;
    throw new AppError({
      code: "store_unavailable",
      message: `The data folder ${dir} cannot be used. Check DATA_DIR: the folder must exist or be creatable, and the bot must be allowed to write there.`,
      cause: error,
    });
  }
}

/** Something that more people may use than the bot's user. */
export interface OpenPath {
  readonly path: string;
  readonly mode: number;
  /** The mode that it should have. */
  readonly wanted: number;
}

/**
 * What {@link makePrivate} would correct in a folder that is there, without changing it.
 *
 * @throws {AppError} as it.
 */
export function findOpen(dir: string): readonly OpenPath[] {
  const user = process.geteuid?.();
  // Windows has neither these owners nor these modes.
  return user === undefined ? [] : [...checkFolder(dir, user), ...checkContents(dir, user)];
}

/** An empty file that no other user may read, unless there is one: what opens it next keeps its mode. */
export function createPrivateFile(path: string): void {
  try {
    closeSync(openSync(path, "wx", FILE_MODE));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
}

function checkFolder(dir: string, user: number): readonly OpenPath[] {
  // The folder itself may be a link that the operator made.
  const found = lstatSync(join(dir, "."));
  if (found.uid === 0 && user !== 0) return [];
  if (found.uid !== user) throw foreign(dir, found.uid, user);
  return ifOpen(dir, found, FOLDER_MODE);
}

function checkContents(dir: string, user: number): readonly OpenPath[] {
  return readdirSync(dir).flatMap((name) => {
    const path = join(dir, name);
    // Another process of the same bot may have just removed it.
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined) return [];
    const isLink = found.isSymbolicLink();
    if (found.uid !== user || isLink) {
      if (!isOurs(name)) return [];
      throw isLink && found.uid === user ? link(path) : foreign(path, found.uid, user);
    }
    if (found.isDirectory()) return ifOpen(path, found, FOLDER_MODE);
    return found.isFile() ? ifOpen(path, found, FILE_MODE) : [];
  });
}

/** The files that the bot itself writes: all others may be there for reasons of the operator's. */
function isOurs(name: string): boolean {
  return name.startsWith("heddle.");
}

function ifOpen(path: string, { mode }: Stats, wanted: number): readonly OpenPath[] {
  return (mode & OTHERS) === 0 ? [] : [{ path, mode, wanted }];
}

function show(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, "0");
}

function foreign(path: string, owner: number, user: number): AppError {
  return new AppError({
    code: "store_unavailable",
    message: `${path} belongs to another user (id ${owner}; the bot runs as ${user}), who could read and replace what the bot stores. Nothing was changed: give it to the bot's user ("chown -R ${user}" on the data folder), run the bot as its owner, or set DATA_DIR to another folder.`,
    details: { owner, user },
  });
}

function link(path: string): AppError {
  return new AppError({
    code: "store_unavailable",
    message: `${path} is a symbolic link: a user or program that controls its target could read and replace what the bot stores. Nothing was changed: put the file itself there, or set DATA_DIR to its folder.`,
  });
}
