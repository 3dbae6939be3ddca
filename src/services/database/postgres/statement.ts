import type * as Driver from "pg";
import type { PoolClient } from "pg";
import type { JsonObject } from "../../../shared/json.ts";
import type { QueryResult } from "../database.ts";
import { type ResultLimits, RowCollector } from "../row-collector.ts";
import { type Kind, readKinds } from "./kinds.ts";
import { cellToJson } from "./postgres-values.ts";
import { describeStatement } from "./statement-types.ts";
import type { Session } from "./transaction.ts";

/** The values of a statement, once the types of its parameters are known. */
export type Values = (
  kinds: readonly Kind[],
  session: Session,
) => Promise<readonly (string | null)[]>;

/** Runs one statement and counts its rows as they arrive, so that too many are never in memory. */
export async function runStatement(
  driver: typeof Driver,
  session: Session,
  sql: string,
  { toValues, limits }: { readonly toValues: Values; readonly limits: ResultLimits },
): Promise<QueryResult> {
  const { client } = session;
  const { parameters, columns } = await describeStatement(client, sql);
  const collector = new RowCollector(
    columns.map((column) => column.name),
    limits,
  );
  const ids = columns.map((column) => column.dataTypeID);
  const kindOf = await readKinds(client, [...parameters, ...ids]);
  const config = {
    text: sql,
    values: [...(await toValues(parameters.map(kindOf), session))],
    // The extended protocol accepts only one statement.
    queryMode: "extended",
    rowMode: "array",
    types: { getTypeParser: () => (text: string) => text },
  };
  const kinds = ids.map(kindOf);
  return collectRows(client, new driver.Query(config), collector.rows, (cells) =>
    collector.add(cells, (cell, index) => cellToJson(kinds[index], cell)),
  );
}

function collectRows(
  client: PoolClient,
  query: Driver.Query<(string | null)[]>,
  rows: readonly JsonObject[],
  add: (cells: readonly (string | null)[]) => void,
): Promise<QueryResult> {
  const { promise, resolve, reject } = Promise.withResolvers<QueryResult>();
  query.on("row", (cells) => {
    try {
      add(cells);
    } catch (error) {
      reject(error);
    }
  });
  query.on("error", reject);
  query.on("end", (result) => {
    const count = result.fields.length > 0 ? rows.length : (result.rowCount ?? 0);
    resolve({ rows, rowCount: count });
  });
  client.query(query);
  return promise;
}
