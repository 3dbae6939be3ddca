import type { InputDefinition } from "../../engine/definition/schema.ts";
import { AppError } from "../../shared/errors.ts";
import type { IncomingFile } from "../../shared/file-value.ts";
import type { Json, JsonObject } from "../../shared/json.ts";
import type { FileReader } from "../../slack/files.ts";

/** The values of a form, with the files themselves in place of their ids. */
export interface WithUploads {
  readonly values: JsonObject;
  /** The bytes of the files. */
  readonly files: readonly IncomingFile[];
}

/**
 * Reads what a person uploaded in the fields of a form.
 *
 * @param maxBytes - of one file. @throws {AppError} `input_invalid` with the files that could not be read in `details.problems`.
 */
export async function readUploads(
  values: JsonObject,
  inputs: Readonly<Record<string, InputDefinition>>,
  { user, reader, maxBytes }: UploadPlace,
): Promise<WithUploads> {
  const ids = Object.entries(values).flatMap(([path, value]) => {
    const id = inputs[path]?.type === "file" ? readId(value) : null;
    return id === null ? [] : [{ path, id }];
  });
  const read = await Promise.all(
    ids.map(async ({ path, id }) => ({ path, result: await reader.readOwn(id, user, maxBytes) })),
  );
  const problems = read.flatMap(({ path, result }) =>
    "problem" in result ? [{ path, ...describe(result.problem) }] : [],
  );
  if (problems.length > 0) {
    const message = problems.map((one) => `${one.path}: ${one.message}.`).join(" ");
    throw new AppError({ code: "input_invalid", message, details: { problems } });
  }
  const files = read.flatMap(({ path, result }) => ("bytes" in result ? [{ path, result }] : []));
  const given = files.map(({ path, result }): [string, Json] => [path, result.value]);
  return {
    values: { ...values, ...Object.fromEntries(given) },
    files: files.map(({ result }) => result),
  };
}

interface UploadPlace {
  readonly user: string;
  readonly reader: FileReader;
  readonly maxBytes: number;
}

function readId(value: Json): string | null {
  return typeof value === "string" ? (/^F[A-Z0-9]{1,30}$/.exec(value.trim())?.[0] ?? null) : null;
}

function describe(problem: string) {
  return {
    message: `the file could not be read: ${problem}`,
    fix: "Upload another file, or ask an admin of the bot.",
  };
}
