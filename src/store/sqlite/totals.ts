import type { SQLInputValue } from "node:sqlite";
import type { Totals, TotalsDelta, TotalsDimension, TotalsRow } from "../../engine/model/totals.ts";
import type { TotalsQuery, TotalsStore } from "../../engine/ports/executions.ts";
import type { Connection } from "./connection.ts";
import { integer, type Row, text } from "./row.ts";

/** Names that begin with a text are before the text with this. */
const LAST_CHARACTER = "\u{10ffff}";

/** Reading the running totals. */
export function createTotals(connection: Connection): TotalsStore {
  const selectDays = connection.prepare(
    "SELECT * FROM totals_days WHERE dimension = ? AND day >= ? AND day < ? ORDER BY day, name",
  );
  const sums = [...COUNTS.values()].map((column) => `sum(${column}) AS ${column}`).join(", ");
  const sumNames = connection.prepare(
    `SELECT name, ?2 AS day, ${sums} FROM totals_days WHERE dimension = ?1 AND day >= ?2 AND day < ?3 GROUP BY name ORDER BY name`,
  );
  return {
    read: (query) =>
      connection.read(() => {
        const { sql, values } = totalsQuery(query);
        return connection
          .prepare(sql)
          .all(...values)
          .map((row) => toTotals(row, query.dimension));
      }),
    sumDays: ({ dimension, from, to, each }) =>
      connection.read(() =>
        (each === "day" ? selectDays : sumNames)
          .all(dimension, from, to)
          .map((row) => ({ ...toCounts(row), name: text(row, "name"), day: integer(row, "day") })),
      ),
  };
}

/**
 * The query for some totals. Exported for the test of the index that serves it.
 *
 * @internal exported for its test
 */
export function totalsQuery({ dimension, workflowId, name, prefix, from, to }: TotalsQuery): {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
} {
  const ofWorkflow = workflowId === undefined ? "" : "AND workflow_id = ?";
  const ofName = name === undefined ? "" : "AND name = ?";
  const ofNames = prefix === undefined ? "" : "AND name >= ? AND name < ?";
  // Left to itself, SQLite reads the rows of all names in these hours.
  const isNamed = name !== undefined || prefix !== undefined;
  const by = isNamed && workflowId === undefined ? "INDEXED BY totals_name" : "";
  return {
    sql: `SELECT * FROM totals ${by} WHERE dimension = ? AND hour >= ? AND hour < ? ${ofWorkflow} ${ofName} ${ofNames} ORDER BY workflow_id, hour, name`,
    values: [
      ...[dimension, from, to],
      ...[workflowId, name].filter((value) => value !== undefined),
      ...(prefix === undefined ? [] : [prefix, `${prefix}${LAST_CHARACTER}`]),
    ],
  };
}

/**
 * The statement that adds to the totals.
 *
 * @returns a function that takes the values now and gives the write to run later.
 */
export function prepareTotals(
  connection: Connection,
): (deltas: readonly TotalsDelta[]) => () => void {
  const counts = [...COUNTS.values()];
  const add = connection.prepare(
    `INSERT INTO totals (dimension, workflow_id, hour, name, ${counts.join(", ")})
     VALUES (?, ?, ?, ?, ${counts.map(() => "?").join(", ")})
     ON CONFLICT (dimension, workflow_id, hour, name) DO UPDATE SET
       ${counts.map((column) => `${column} = ${column} + excluded.${column}`).join(", ")}`,
  );
  return (deltas) => {
    const rows = deltas.map((delta): readonly SQLInputValue[] => [
      delta.dimension,
      delta.workflowId,
      delta.hour,
      delta.name,
      ...[...COUNTS.keys()].map((member) => delta[member]),
    ]);
    return () => {
      for (const row of rows) add.run(...row);
    };
  };
}

/** Columns of what adds up, by member. */
const COUNTS: ReadonlyMap<
  Exclude<keyof TotalsDelta, "dimension" | "workflowId" | "hour" | "name">,
  string
> = new Map([
  ["started", "started"],
  ["completed", "completed"],
  ["failed", "failed"],
  ["cancelled", "cancelled"],
  ["durationMs", "duration_ms"],
  ["costNano", "cost_nano"],
  ["costUnknown", "cost_unknown"],
  ["calls", "calls"],
  ["promptTokens", "prompt_tokens"],
  ["completionTokens", "completion_tokens"],
]);

const DIMENSIONS: readonly TotalsDimension[] = [
  "workflow",
  "version",
  "person",
  "step",
  "model",
  "person-model",
  "prompt",
];

/** @throws {TypeError} for what is no dimension. */
export function toDimension(value: string): TotalsDimension {
  const dimension = DIMENSIONS.find((known) => known === value);
  if (dimension === undefined) throw new TypeError(`dimension ${value} is unknown`);
  return dimension;
}

/** A sum as it is stored. */
export function toTotals(row: Row, dimension: TotalsDimension): TotalsRow {
  return {
    workflowId: text(row, "workflow_id"),
    dimension,
    name: text(row, "name"),
    hour: integer(row, "hour"),
    ...toCounts(row),
  };
}

function toCounts(row: Row): Totals {
  return {
    started: integer(row, "started"),
    completed: integer(row, "completed"),
    failed: integer(row, "failed"),
    cancelled: integer(row, "cancelled"),
    durationMs: integer(row, "duration_ms"),
    costNano: integer(row, "cost_nano"),
    costUnknown: integer(row, "cost_unknown"),
    calls: integer(row, "calls"),
    promptTokens: integer(row, "prompt_tokens"),
    completionTokens: integer(row, "completion_tokens"),
  };
}
