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
}
