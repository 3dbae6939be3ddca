import type { RunFiles } from "../../src/engine/ports/files.ts";
import { AppError } from "../../src/shared/errors.ts";
import { toIncomingFile } from "../../src/shared/file-value.ts";

/** The files of one execution, in memory. */
export function memoryFiles(maxBytes = 10_000_000): RunFiles {
  const stored = new Map<string, Buffer>();
  return {
    maxBytes,
    async write(file, bytes) {
      const { value } = toIncomingFile(bytes, file);
      stored.set(value.ref, Buffer.from(bytes));
      return value;
    },
    async read({ ref, name }) {
      const bytes = stored.get(ref);
      if (bytes) return bytes;
      throw new AppError({ code: "file_not_found", message: `This run has no file "${name}".` });
    },
  };
}
