import type { RowSource } from "../../engine/ports/row-source.ts";
import type { NewSince } from "../../engine/ports/service.ts";
import type { Json, JsonObject } from "../../shared/json.ts";

/** The result of a query. */
export type QueryResult = {
  readonly rows: readonly JsonObject[];
  /** Rows returned or, for a statement that returns none, rows changed. */
  readonly rowCount: number;
};

/** One database that workflows may query. */
export interface Database extends AsyncDisposable {
  /** Enforced by the database: a query that would change something fails. */
  readonly isReadOnly: boolean;
  /**
   * Runs one statement in a transaction of its own.
   *
   * @throws {AppError} `service_rejected` when the database refuses it; `service_unavailable`
   *   (retryable) when it cannot be reached. `outcomeUnknown` only if the connection was lost
   *   during COMMIT.
   */
  query(sql: string, values: readonly Json[], signal: AbortSignal): Promise<QueryResult>;
  /**
   * Runs one statement whose only value, if it has one, is a time. A `timestamp` or a `date` of PostgreSQL is given the earliest
   * reading of the clock that a row may have that was written since.
   *
   * @throws {AppError} as {@link query} does; a result may be larger than that of a step.
   */
  changes(sql: string, since: NewSince, signal: AbortSignal): Promise<QueryResult>;
  /** Its rows in the order of a mark. */
  readonly rows: RowSource;
}
