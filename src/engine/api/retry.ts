import type { JsonObject } from "../../shared/json.ts";

export interface RetryRequest {
  readonly executionId: string;
  /** Slack user id or `api`. */
  readonly by: string;
  /** Step id, or the path of an entry. @default the step that failed */
  readonly fromStep?: string;
  /** Variables that get other values. */
  readonly variables?: JsonObject;
  /** `text`: as somebody typed them, to be converted; `json`: taken strictly. */
  readonly variableForm: "text" | "json";
  /** A person knows that a step may be done although it is not known whether it had its effect before. @default false */
  readonly acceptsDoubt?: boolean;
  /** A repeat with the same key does nothing and gets the first answer. */
  readonly idempotencyKey?: string;
}

export interface RetryResult {
  /** The same execution, or the new one. */
  readonly executionId: string;
  /** `false`: it had completed, and a new execution was started. */
  readonly reopened: boolean;
  /** `null`: from the beginning, or where it was given up. */
  readonly fromStep: string | null;
  /** The same was asked before with this key: this is what came of it. */
  readonly duplicate?: true;
}

export interface BulkRetryRequest {
  readonly workflowId: string;
  /** @default "failed" */
  readonly status?: "failed" | "cancelled";
  /** Those that were started from then on; milliseconds since 1970. */
  readonly since: number;
  readonly by: string;
  /** Only counts them. */
  readonly dryRun: boolean;
}

export interface BulkRetry {
  readonly matched: number;
  readonly retried: readonly string[];
  readonly refused: readonly { readonly executionId: string; readonly message: string }[];
}
