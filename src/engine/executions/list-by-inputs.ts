import { AppError } from "../../shared/errors.ts";
import type { Json } from "../../shared/json.ts";
import type { CompiledWorkflow } from "../definition/compile.ts";
import type { ExecutionRecord, ExecutionRecordPage } from "../ports/executions.ts";

type Wanted = Readonly<Record<string, string>>;

export interface InputSearch {
  readonly wanted: Wanted;
  readonly limit: number;
  readonly cursor?: string;
  /** A page of what else is asked for. */
  readonly list: (page: { limit: number; cursor?: string }) => Promise<ExecutionRecordPage>;
  /** The version that a record executes. */
  readonly compiled: (record: ExecutionRecord) => Promise<CompiledWorkflow>;
}

/** Records whose values are read for one page: values stand in no index, and may be encrypted. */
const MAX_READ = 1000;

/**
 * A page of the executions that have these values. It may be shorter than asked for, and yet have a cursor.
 */
export async function listByInputs(search: InputSearch): Promise<ExecutionRecordPage> {
  const { wanted, limit, list, compiled } = search;
  const records: ExecutionRecord[] = [];
  let cursor: string | undefined = search.cursor;
  for (let read = 0; ; ) {
    // As many as are missing: the cursor then stands where the page ends.
    const asked = { limit: limit - records.length, ...(cursor !== undefined && { cursor }) };
    const page = await list(asked);
    for (const record of page.records)
      if (hasValues(record, await compiled(record), wanted)) records.push(record);
    read += Math.max(page.records.length, 1);
    cursor = page.nextCursor ?? undefined;
    if (cursor === undefined || records.length >= limit || read >= MAX_READ)
      return { records, nextCursor: page.nextCursor };
  }
}

/** @throws {AppError} `input_invalid` for what the workflow does not take, or takes in confidence. */
export function assertSearchable({ definition }: CompiledWorkflow, wanted: Wanted): void {
  for (const name of Object.keys(wanted)) {
    const input = Object.hasOwn(definition.inputs ?? {}, name) ? definition.inputs?.[name] : null;
    if (!input) throw unsearchable(name, `"${definition.id}" has no such input`);
    if (input.sensitive) throw unsearchable(name, "it is sensitive, so no run is found by it");
  }
}

function unsearchable(name: string, message: string): AppError {
  return new AppError({
    code: "input_invalid",
    message: `Runs cannot be found by the input ${name}: ${message}.`,
    details: { problems: [{ path: `input.${name}`, message, fix: "Name another input." }] },
  });
}

function hasValues(
  { start }: ExecutionRecord,
  { definition }: CompiledWorkflow,
  wanted: Wanted,
): boolean {
  return Object.entries(wanted).every(([name, text]) => {
    if (definition.inputs?.[name]?.sensitive || !Object.hasOwn(start.variables, name)) return false;
    return isWritten(start.variables[name] ?? null, text);
  });
}

function isWritten(value: Json, text: string): boolean {
  if (typeof value === "string") return value === text;
  return typeof value === "number" ? value === Number(text) : JSON.stringify(value) === text;
}
