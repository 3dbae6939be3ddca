import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Clock } from "../clock.ts";

/** The state file, or `undefined` when there is none yet. */
export async function readStateFile(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new Error(
      `The simulator's state file ${path} cannot be read; delete it to start with a new workspace.`,
      { cause: error },
    );
  }
}

export interface StateFileOptions {
  readonly path: string;
  readonly clock: Clock;
  /** Pause between the first change and the writing; it grows with the time that writing takes. */
  readonly saveMs: number;
  readonly snapshot: () => unknown;
  readonly onError: (error: unknown) => void;
}

/** Writes the state some time after a change and on `close`, always as a whole and by renaming: never half a file. */
export class StateFile {
  readonly #options: StateFileOptions;
  #cancel: (() => void) | undefined;
  #writing: Promise<void> = Promise.resolve();
  #pauseMs: number;

  constructor(options: StateFileOptions) {
    this.#options = options;
    this.#pauseMs = options.saveMs;
  }

  /** Notes that something changed. */
  touch(): void {
    this.#cancel ??= this.#options.clock.setTimer(() => void this.save(), this.#pauseMs);
  }

  async save(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#writing = this.#writing.then(() => this.#write()).catch(this.#options.onError);
    await this.#writing;
  }

  async close(): Promise<void> {
    await this.save();
  }

  async #write(): Promise<void> {
    const { path, clock, saveMs, snapshot } = this.#options;
    const startedAt = clock.now();
    await mkdir(dirname(path), { recursive: true });
    await writeFile(`${path}.new`, JSON.stringify(snapshot()));
    await rename(`${path}.new`, path);
    // A big workspace takes long to write; saving then takes at most a tenth of the time.
    this.#pauseMs = Math.max(saveMs, 10 * (clock.now() - startedAt));
  }
}
