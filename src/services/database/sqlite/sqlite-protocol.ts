import type { ErrorCode } from "../../../shared/errors.ts";
import type { Json } from "../../../shared/json.ts";
import type { QueryResult } from "../database.ts";

/** The one argument, as JSON, of the process of a SQLite database. */
export interface SqliteFile {
  readonly path: string;
  readonly isReadOnly: boolean;
}

/** One statement to run. */
export interface SqliteQuery {
  readonly sql: string;
  readonly values: readonly Json[];
}

/** The result of a query. */
export type SqliteResponse =
  | { readonly kind: "result"; readonly result: QueryResult }
  | {
      readonly kind: "error";
      /** Code of an AppError; `null`: an error of SQLite. */
      readonly code: ErrorCode | null;
      /** SQLite's error number. */
      readonly sqlite: number | null;
      readonly message: string;
    };
