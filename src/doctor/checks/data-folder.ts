import { accessSync, constants, existsSync, statfsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { findOpen } from "../../store/sqlite/private-files.ts";
import { type Check, type Finding, ok, problem, warning } from "../finding.ts";

/** Bytes below which the disk is soon full, and below which it is. */
const LITTLE_BYTES = 1024 ** 3;
const TOO_LITTLE_BYTES = 100 * 1024 ** 2;

/** `statfs(2)`'s numbers of file systems over a network, on which a lock may not hold. */
const NETWORK_SYSTEMS: Readonly<Record<number, string>> = {
  0x69_69: "NFS",
  0x51_7b: "SMB",
  0xfe_53_4d_42: "SMB",
  0xff_53_4d_42: "CIFS",
};

/** Whether the bot may write to its data folder, and how much room there is. */
export function dataFolderCheck(dataDir: string): Check {
  return { id: "data_dir", title: "Data folder", run: async () => judgeFolder(resolve(dataDir)) };
}

function judgeFolder(folder: string): readonly Finding[] {
  const there = nearestFolder(folder);
  const what = there === folder ? folder : `${folder} (will be created)`;
  try {
    accessSync(there, constants.W_OK | constants.X_OK);
  } catch {
    return [
      problem(
        `The bot may not write to ${there}.`,
        "Give its user write access to the folder, or set DATA_DIR to another one.",
      ),
    ];
  }
  const { bavail, bsize, type } = statfsSync(there);
  return [
    ...judgeSpace(what, bavail * bsize),
    ...judgeSystem(folder, type),
    ...(there === folder ? judgePrivacy(folder) : []),
  ];
}

function nearestFolder(folder: string): string {
  const parent = dirname(folder);
  return existsSync(folder) || parent === folder ? folder : nearestFolder(parent);
}

function judgeSpace(folder: string, bytes: number): readonly Finding[] {
  const free = `${(bytes / 1024 ** 3).toFixed(1)} GB free`;
  if (bytes >= LITTLE_BYTES) return [ok(`${folder} is writable, ${free}`)];
  const what = `Little room is left for ${folder}: ${free}.`;
  const fix = "Free some space: without any, the bot accepts no more work.";
  return [bytes < TOO_LITTLE_BYTES ? problem(what, fix) : warning(what, fix)];
}

/** Who else may read the folder and its files. @throws {AppError} `store_unavailable` if they are another user's. */
function judgePrivacy(folder: string): readonly Finding[] {
  const names = findOpen(folder).map(({ path }) => path);
  if (names.length === 0) return [];
  return [
    warning(
      `Other users can read what is stored: ${names.join(", ")}.`,
      "Start the bot: it takes their rights away. Who read it before has what it held.",
    ),
  ];
}

function judgeSystem(folder: string, type: number): readonly Finding[] {
  const system = NETWORK_SYSTEMS[type];
  if (system === undefined) return [];
  return [
    warning(
      `${folder} lies on a network file system (${system}), where the lock against a second bot may not hold.`,
      "Set DATA_DIR to a local disk, or use MONGODB_URI.",
    ),
  ];
}
