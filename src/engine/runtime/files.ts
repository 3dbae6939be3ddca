import { AppError, asAppError } from "../../shared/errors.ts";
import {
  type FileValue,
  findFileValues,
  type IncomingFile,
  toIncomingFile,
  writeSize,
} from "../../shared/file-value.ts";
import { sha256 } from "../../shared/hash.ts";
import type { Json } from "../../shared/json.ts";
import { LruMap } from "../../shared/lru-map.ts";
import { isFinished } from "../model/state.ts";
import type { Clock } from "../ports/clock.ts";
import { type RunFiles, UPLOADS } from "../ports/files.ts";
import type { Logger } from "../ports/logger.ts";
import type { Store } from "../ports/store.ts";

/** How much is stored, and how long. */
export interface FileLimits {
  /** Bytes of one file. @default 10 MB */
  readonly maxBytes: number;
  /** Bytes of all files together. @default 1 GB */
  readonly maxTotalBytes: number;
  /** Milliseconds that a file is kept after its last use. @default 30 days */
  readonly retentionMs: number;
}

const DAY_MS = 86_400_000;

const FILE_LIMITS: FileLimits = {
  maxBytes: 10_000_000,
  maxTotalBytes: 1_000_000_000,
  retentionMs: 30 * DAY_MS,
};

export interface FilesOptions {
  readonly store: Pick<Store, "files" | "executions">;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits?: Partial<FileLimits>;
}

/** Files that one execution may use. */
const MAX_FILES = 200;

/** How long an upload is kept that no execution uses, and what one that is not over has, until it is checked again. */
const SHORT_MS = DAY_MS;

/** How old the sum of all files may be that a file is weighed against: others store files, too. */
const TOTAL_TRUST_MS = 10_000;

const FIRST_SWEEP_MS = 10 * 60_000;
const SWEEP_MS = 6 * 60 * 60_000;
const SWEPT_PAGE = 100;
/** What a broken-off save left is removed after so long: none takes longer. */
const LEFTOVER_MS = 60 * 60_000;
const HOLDERS_PAGE = 200;

/** Files whose last use is remembered, so that it is not written down again each time. */
const MAX_TOUCHED = 1000;

/** What an execution is given, and whence the files in it may come. */
export interface Admission {
  readonly executionId: string;
  readonly values: Json;
  /** Files that come along with their bytes. @default none */
  readonly brought?: readonly IncomingFile[];
  /** Who may hand files on: executions, {@link UPLOADS}. */
  readonly from: readonly string[];
}

/**
 * The files of executions. An execution may use those that came into it with their bytes, by a request, a message or an answer, and
 * those that were handed on to it by one that may use them: being written like a file gives no value its bytes.
 */
export class Files {
  readonly limits: FileLimits;
  readonly #options: FilesOptions;
  readonly #touched = new LruMap<string, number>(MAX_TOUCHED);
  #total: { bytes: number; readonly at: number } | null = null;
  #cancelTimer: (() => void) | null = null;
  #sweeping: Promise<void> | null = null;
  #running = false;

  constructor(options: FilesOptions) {
    this.#options = options;
    this.limits = { ...FILE_LIMITS, ...options.limits };
  }

  /** The files of one execution, for its steps. */
  of(executionId: string): RunFiles {
    return {
      maxBytes: this.limits.maxBytes,
      write: async (file, bytes) => {
        const incoming = toIncomingFile(bytes, file);
        await this.#bringIn(incoming, executionId);
        return incoming.value;
      },
      read: (file) => this.read(file, executionId),
    };
  }

  /** Stores a file for executions that are started later. @throws {AppError} `file_too_large`, `files_full`. */
  async upload(file: IncomingFile): Promise<void> {
    // First, so that the bytes are not removed in between with the last execution that had them.
    await this.#link(file.value.ref, UPLOADS);
    await this.#save(file, SHORT_MS);
  }

  /**
   * Lets an execution use the files among its values. Repeating it is harmless.
   *
   * @returns those that it may not use: nothing that it is given by brought them in.
   * @throws {AppError} `file_too_large`, `files_full`, `limit_exceeded`, for what is brought along alone; `store_unavailable`.
   */
  async admit({
    executionId,
    values,
    brought = [],
    from,
  }: Admission): Promise<readonly FileValue[]> {
    const left: FileValue[] = [];
    const known = new Map(brought.map((file) => [file.value.ref, file]));
    for (const file of findFileValues(values)) {
      const incoming = known.get(file.ref);
      if (incoming) await this.#bringIn(incoming, executionId);
      else if (!(await this.#handOn(file.ref, executionId, from))) left.push(file);
    }
    return left;
  }

  /**
   * The bytes of a file, exactly as they were stored.
   *
   * @throws {AppError} `file_not_found` unless the holder may use it; `file_expired`.
   */
  async read({ ref, name, size }: FileValue, holder: string): Promise<Buffer> {
    const { store } = this.#options;
    if (!(await store.files.isLinked(ref, holder))) throw notHere(name);
    const bytes = await store.files.read(ref);
    if (bytes === null) throw expired(name, this.limits.retentionMs);
    if (bytes.length !== size) throw notHere(name);
    if (`sha256:${sha256(bytes).toString("hex")}` !== ref) throw damaged(name);
    await this.#touch(ref);
    return bytes;
  }

  /** Begins to remove files that nothing has used for long. */
  start(): void {
    this.#running = true;
    this.#plan(FIRST_SWEEP_MS);
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#cancelTimer?.();
    await this.#sweeping;
  }

  #plan(delayMs: number): void {
    this.#cancelTimer = this.#options.clock.after(delayMs, () => {
      this.#sweeping = this.sweep().finally(() => {
        if (this.#running) this.#plan(SWEEP_MS);
      });
    });
  }

  /** Removes files that expired and that no execution refers to which is not over. Several processes may do it at once. Never rejects. */
  async sweep(): Promise<void> {
    const { store, clock, logger } = this.#options;
    const now = clock.now();
    let removed = 0;
    try {
      for (let more = true; more; ) {
        const expired = await store.files.listExpired(now, SWEPT_PAGE);
        for (const { ref } of expired) {
          if (await this.#isInUse(ref)) await store.files.extend(ref, now + SHORT_MS);
          else if (await store.files.remove(ref, now)) removed += 1;
        }
        more = expired.length === SWEPT_PAGE;
      }
      await store.files.removeLeftovers(now - LEFTOVER_MS);
      this.#total = null;
    } catch (error) {
      logger.debug({ error: asAppError(error).message }, "could not remove files; retrying later");
    }
    if (removed > 0) logger.info({ files: removed }, "removed files that nothing used for long");
  }

  async #isInUse(ref: string): Promise<boolean> {
    const { files, executions } = this.#options.store;
    let after: string | undefined;
    do {
      const page = { limit: HOLDERS_PAGE, ...(after !== undefined && { after }) };
      const links = await files.listHolders(ref, page);
      for (const { holder } of links) {
        const record = holder === UPLOADS ? null : await executions.get(holder);
        if (record && !isFinished(record.status)) return true;
      }
      after = links.length === HOLDERS_PAGE ? links.at(-1)?.holder : undefined;
    } while (after !== undefined);
    return false;
  }

  async #bringIn(file: IncomingFile, executionId: string): Promise<void> {
    const { ref, name } = file.value;
    const isNew = !(await this.#options.store.files.isLinked(ref, executionId));
    if (isNew && !(await this.#hasRoom(executionId))) throw tooMany(name);
    if (isNew) await this.#link(ref, executionId);
    try {
      await this.#save(file, this.limits.retentionMs);
    } catch (error) {
      if (isNew) await this.#options.store.files.unlink(ref, executionId).catch(() => undefined);
      throw error;
    }
  }

  async #handOn(ref: string, executionId: string, from: readonly string[]): Promise<boolean> {
    const { files } = this.#options.store;
    if (await files.isLinked(ref, executionId)) return true;
    for (const holder of from) {
      if (!(await files.isLinked(ref, holder))) continue;
      if (!(await this.#hasRoom(executionId))) return false;
      await this.#link(ref, executionId);
      await this.#touch(ref);
      return true;
    }
    return false;
  }

  async #hasRoom(executionId: string): Promise<boolean> {
    const links = await this.#options.store.files.listOf(executionId, MAX_FILES);
    return links.length < MAX_FILES;
  }

  async #link(ref: string, holder: string): Promise<void> {
    const { store, clock } = this.#options;
    await store.files.link({ ref, holder, at: clock.now() });
  }

  async #save({ value, bytes }: IncomingFile, keepMs: number): Promise<void> {
    const { store, clock } = this.#options;
    const { ref, name, size } = value;
    if (size > this.limits.maxBytes) throw tooLarge(name, this.limits.maxBytes);
    const expiresAt = clock.now() + keepMs;
    // Bytes that are there already take no room.
    if (await store.files.extend(ref, expiresAt)) return;
    const total = await this.#totalBytes();
    if (total + size > this.limits.maxTotalBytes) throw full(name, this.limits.maxTotalBytes);
    await store.files.save({ ref, size, expiresAt }, bytes, clock.now());
    if (this.#total) this.#total.bytes += size;
  }

  async #totalBytes(): Promise<number> {
    const { store, clock } = this.#options;
    const at = clock.now();
    if (this.#total === null || this.#total.at < at - TOTAL_TRUST_MS)
      this.#total = { bytes: await store.files.totalBytes(), at };
    return this.#total.bytes;
  }

  async #touch(ref: string): Promise<void> {
    const { store, clock } = this.#options;
    const now = clock.now();
    if ((this.#touched.get(ref) ?? Number.NEGATIVE_INFINITY) > now - SHORT_MS) return;
    if (await store.files.extend(ref, now + this.limits.retentionMs)) this.#touched.set(ref, now);
  }
}

function tooLarge(name: string, maxBytes: number): AppError {
  return new AppError({
    code: "file_too_large",
    message: `The file "${name}" is larger than ${writeSize(maxBytes)}, the most that a file may have. Give a smaller one, or a link instead; the operator can raise MAX_FILE_BYTES.`,
  });
}

function full(name: string, maxTotalBytes: number): AppError {
  return new AppError({
    code: "files_full",
    message: `There is no room for the file "${name}": all files together may have ${writeSize(maxTotalBytes)}. The operator raises MAX_FILES_TOTAL_BYTES, or lowers FILE_RETENTION_DAYS so that unused ones go sooner.`,
  });
}

function tooMany(name: string): AppError {
  return new AppError({
    code: "limit_exceeded",
    message: `The file "${name}" cannot be added: a run may have ${MAX_FILES} files at most. Let each part of the work be a run of its own.`,
  });
}

function notHere(name: string): AppError {
  return new AppError({
    code: "file_not_found",
    message: `This run has no file "${name.slice(0, 120)}": nothing that it was given brought it along. Give the file itself, by a form, an upload or a step that fetches it; a value that is written like a file is not enough.`,
  });
}

function expired(name: string, retentionMs: number): AppError {
  const days = Math.round(retentionMs / DAY_MS);
  return new AppError({
    code: "file_expired",
    message: `The file "${name}" is not kept any more: files are removed ${days} days after their last use. Give the file again, in a new run.`,
  });
}

function damaged(name: string): AppError {
  return new AppError({
    code: "internal",
    message: `The stored bytes of the file "${name}" are not those that were stored. The operator restores a backup.`,
  });
}
