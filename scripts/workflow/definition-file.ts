import { readFile } from "node:fs/promises";
import type { Problem } from "../../src/engine/definition/problem.ts";
import { AppError, asAppError } from "../../src/shared/errors.ts";
import type { Json } from "../../src/shared/json.ts";
import { parseJsonBody } from "../../src/shared/parse-json.ts";
import { type Place, placeOf } from "./json-places.ts";
import type { Terminal } from "./terminal.ts";

/** A file with a definition. */
export interface DefinitionFile {
  readonly file: string;
  readonly text: string;
  readonly source: Json;
}

/** A problem with where it stands in its file. */
export type PlacedProblem = Problem & Place & { readonly file: string };

/** @throws {AppError} `input_invalid` when it cannot be read; `json_malformed`, with the place. */
export async function readDefinition(file: string): Promise<DefinitionFile> {
  const bytes = await readFile(file === "-" ? "/dev/stdin" : file).catch((cause: unknown) => {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown reason";
    const message = `${file} cannot be read (${code}): check the path.`;
    throw new AppError({ code: "input_invalid", message, cause });
  });
  const source = parseJsonBody(bytes, { what: file });
  return { file, text: bytes.toString("utf8"), source };
}

/** The problems of a file that is no JSON; other errors are thrown. */
export function syntaxProblems(file: string, thrown: unknown): readonly PlacedProblem[] {
  const error = asAppError(thrown);
  if (error.code !== "json_malformed") throw error;
  const { line = 1, column = 1 } = error.details;
  const fix = "Correct the JSON.";
  return [
    { file, line: Number(line), column: Number(column), path: "", message: error.message, fix },
  ];
}

/** Problems as they stand in a file. */
export function placed(
  { file, text }: DefinitionFile,
  problems: readonly Problem[],
): readonly PlacedProblem[] {
  return problems.map((problem) => ({ file, ...placeOf(text, problem.path), ...problem }));
}

/** As compilers write it, so that editors jump there: `file:line:column: path: message`. */
export function showProblem(
  { file, line, column, path, message, fix }: PlacedProblem,
  kind: "problem" | "warning",
  terminal: Terminal,
): string {
  const where = terminal.style("bold", `${file}:${line}:${column}:`);
  const what = terminal.style(kind === "problem" ? "red" : "yellow", kind);
  const field = path === "" ? "" : `${path}: `;
  return `${where} ${what}: ${field}${message}${fix === "" ? "" : `\n    ${fix}`}`;
}
