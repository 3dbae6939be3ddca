import type { FileValue, IncomingFile } from "../../shared/file-value.ts";

/** Files of executions, for those outside. */
export interface Files {
  /** Largest size of one file, in bytes. */
  readonly maxBytes: number;
  /**
   * Stores a file, to be given to executions that programs start; unused, it is kept for a day.
   *
   * @throws {AppError} `file_too_large`, `files_full`.
   */
  upload(file: IncomingFile): Promise<FileValue>;
  /**
   * The bytes of a file that an execution has among its values, under the name that it has there.
   *
   * @param reader - as for {@link Executions.get}: who does not see a value does not get its file.
   * @throws {AppError} `execution_not_found`, `not_allowed`; `file_not_found`, `file_expired`.
   */
  read(executionId: string, ref: string, reader: string): Promise<StoredFile>;
}

export interface StoredFile {
  readonly value: FileValue;
  readonly bytes: Buffer;
}
