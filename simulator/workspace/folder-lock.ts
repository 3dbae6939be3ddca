import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Claims a folder for this process by a file with its id, so that two simulators do not write one state file.
 *
 * @returns a function that gives the folder free again.
 * @throws {Error} when a living process has it; the message names both.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, "simulator.lock");
  const holder = await readHolder(path);
  if (holder !== undefined && holder !== process.pid && isAlive(holder)) {
    throw new Error(
      `The folder ${folder} is in use by the simulator with process id ${holder}. Stop it, or choose another DATA_DIR.`,
    );
  }
  await writeFile(path, String(process.pid));
  return () => rm(path, { force: true });
}

async function readHolder(path: string): Promise<number | undefined> {
  try {
    const id = Number(await readFile(path, "utf8"));
    return Number.isInteger(id) && id > 0 ? id : undefined;
  } catch {
    return undefined;
  }
}

/** Signal 0 only checks; `EPERM` means that the process exists and belongs to another user. */
function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
