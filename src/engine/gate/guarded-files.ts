import { AppError } from "../../shared/errors.ts";
import { type FileValue, findFileValues, type IncomingFile } from "../../shared/file-value.ts";
import { type Json, toJson } from "../../shared/json.ts";
import type { Executions } from "../api/executions.ts";
import type { Files as FilesApi, StoredFile } from "../api/files.ts";
import type { Files } from "../runtime/files.ts";

/** Files as people may have them: what a reader sees of a run, its files included. */
export class GuardedFiles implements FilesApi {
  readonly #files: Files;
  readonly #executions: Pick<Executions, "get">;

  constructor(files: Files, executions: Pick<Executions, "get">) {
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
    const { variables, steps, output } = await this.#executions.get(executionId, reader);
    const outputs = steps.map((step) => step.output);
    // What is sensitive is masked there.
    const seen: Json = toJson([variables, outputs, output]);
    const value = findFileValues(seen).find((file) => file.ref === ref);
    if (value === undefined) {
      throw new AppError({
        code: "file_not_found",
        message: `Run ${executionId} has no such file, or it is not shown to you. The files of a run stand among its variables and outputs.`,
      });
    }
    return { value, bytes: await this.#files.read(value, executionId) };
  }
}
