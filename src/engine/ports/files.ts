import type { FileValue } from "../../shared/file-value.ts";

/** Bytes of files, by their reference, apart from the log. */
export interface FileStore {
  /**
   * Stores bytes unless they are there; they are kept until `expiresAt` at least. The bytes must not be changed afterwards; sealed
   * ones are longer than the size of the file.
   */
  save(file: StoredFile, bytes: Uint8Array, now: number): Promise<void>;
  /** @returns `null` if they are not there. */
  read(ref: string): Promise<Buffer | null>;
  /** Keeps bytes until `until` at least. @returns `false` if they are not there. */
  extend(ref: string, until: number): Promise<boolean>;
  /** Bytes of all files together. */
  totalBytes(): Promise<number>;
  /** Files that are kept until `now` or less, the first to expire first. */
  listExpired(now: number, limit: number): Promise<readonly StoredFile[]>;
  /** Removes bytes unless they are to be kept beyond `now`. @returns whether it did. */
  remove(ref: string, now: number): Promise<boolean>;
  /** Removes what a save that was broken off before `before` left. */
  removeLeftovers(before: number): Promise<void>;
  /** Notes that a holder has the bytes; for good, also when they have expired. */
  link(link: FileLink): Promise<void>;
  /** A holder has them no more. */
  unlink(ref: string, holder: string): Promise<void>;
  isLinked(ref: string, holder: string): Promise<boolean>;
  /** What a holder has, in the order in which it got it. */
  listOf(holder: string, limit: number): Promise<readonly FileLink[]>;
  /** Who has the bytes, in order of their ids: the page after a holder, or the first one. */
  listHolders(
    ref: string,
    page: { readonly limit: number; readonly after?: string },
  ): Promise<readonly FileLink[]>;
}

/** Bytes as they are stored. */
export interface StoredFile {
  readonly ref: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Who may use bytes: an execution, by its id, or {@link UPLOADS}. */
export interface FileLink {
  readonly ref: string;
  readonly holder: string;
  readonly at: number;
}

/** The holder of what came through the API and is not in an execution yet. No execution has this id. */
export const UPLOADS = "upload";

/** The files of one execution, for its steps. */
export interface RunFiles {
  /** Largest size of one file, in bytes. */
  readonly maxBytes: number;
  /**
   * Stores bytes, and lets the execution use them.
   *
   * @throws {AppError} `file_too_large`, `files_full`, `limit_exceeded` for too many in one execution; `store_unavailable`.
   */
  write(
    file: { readonly name: string; readonly type: string },
    bytes: Uint8Array,
  ): Promise<FileValue>;
  /**
   * The bytes of a file that the execution may use.
   *
   * @throws {AppError} `file_expired`; `file_not_found` if nothing brought this file into the execution.
   */
  read(file: FileValue): Promise<Buffer>;
}

/** Files of what is no execution. */
export const NO_FILES: RunFiles = {
  maxBytes: 0,
  write: () => Promise.reject(new Error("Files belong to executions.")),
  read: () => Promise.reject(new Error("Files belong to executions.")),
};
