import type { IncomingFile } from "../../shared/file-value.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { FileOfMessage } from "../api/triggers.ts";

/** Slack takes ten in one message. */
const MAX_FILES = 20;
/** Bytes of all files of one message, unless a single one may have more: they are in memory together. */
const MAX_TOTAL_BYTES = 25_000_000;

/** The files of a message, for the runs that it starts. */
export interface MessageFiles {
  /** In order: file values, and `{id, name, problem}` for what was not read. */
  readonly values: readonly JsonObject[];
  /** The bytes of those that were read. */
  readonly brought: readonly IncomingFile[];
}

/** Reads the files of a message, as many and as large as a run may be given. Never rejects. @param maxBytes - of one file. */
export async function readMessageFiles(
  files: readonly FileOfMessage[],
  maxBytes: number,
): Promise<MessageFiles> {
  const maxTotal = Math.max(MAX_TOTAL_BYTES, maxBytes);
  let total = 0;
  const results = files.map(async (file, index) => {
    if (index >= MAX_FILES)
      return unread(file, `only the first ${MAX_FILES} files of a message are read`);
    if (file.size <= maxBytes) total += file.size;
    if (total > maxTotal)
      return unread(file, `the files of the message have more than ${maxTotal / 1_000_000} MB`);
    const result = await file.read(maxBytes);
    return "problem" in result ? unread(file, result.problem) : result;
  });
  const read = await Promise.all(results);
  return {
    values: read.map((one) => ("bytes" in one ? one.value : one)),
    brought: read.filter((one) => "bytes" in one),
  };
}

/** The same files without their bytes, and why. */
export function withoutBytes(files: readonly FileOfMessage[], problem: string): MessageFiles {
  return { values: files.map((file) => unread(file, problem)), brought: [] };
}

function unread({ id, name }: FileOfMessage, problem: string) {
  return { id, name, problem };
}
