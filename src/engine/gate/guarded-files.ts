import { AppError } from "../../shared/errors.ts";
import type { FileValue, IncomingFile } from "../../shared/file-value.ts";
import type { Files as FilesApi, StoredFile } from "../api/files.ts";
import type { Files } from "../runtime/files.ts";
import type { GuardedExecutions } from "./guarded-executions.ts";

/** Files as people may have them: what a reader sees of a run, its files included. */
export class GuardedFiles implements FilesApi {
  readonly #files: Files;
  readonly #executions: Pick<GuardedExecutions, "findFile">;

  constructor(files: Files, executions: Pick<GuardedExecutions, "findFile">) {
    this.#files = files;
    this.#executions = executions;
  }

  get maxBytes(): number {
    return this.#files.limits.maxBytes;
  }

  async upload(file: IncomingFile): Promise<FileValue> {
    await this.#files.upload(file);
    return file.value;
  }

  async read(executionId: string, ref: string, reader: string): Promise<StoredFile> {
    const value = await this.#executions.findFile(executionId, ref, reader);
    if (value === null) {
      throw new AppError({
        code: "file_not_found",
        message: `Run ${executionId} has no such file, or it is not shown to you. The files of a run stand among its variables and outputs.`,
      });
    }
    return { value, bytes: await this.#files.read(value, executionId) };
  }
}
