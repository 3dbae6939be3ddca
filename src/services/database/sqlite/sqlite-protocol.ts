import type { ErrorCode } from "../../../shared/errors.ts";
import type { Json } from "../../../shared/json.ts";
import type { QueryResult } from "../database.ts";

/** What the process of a SQLite database is started with, as JSON in its one argument. */
export interface SqliteFile {
  readonly path: string;
  readonly isReadOnly: boolean;
}

/** One statement to run. */
export interface SqliteQuery {
  readonly sql: string;
  readonly values: readonly Json[];
}

/** What came of it. */
export type SqliteAnswer =
  | { readonly kind: "result"; readonly result: QueryResult }
  | {
      readonly kind: "error";
      /** One of ours; `null`: an error of SQLite. */
      readonly code: ErrorCode | null;
      /** SQLite's own number. */
      readonly sqlite: number | null;
      readonly message: string;
    };
