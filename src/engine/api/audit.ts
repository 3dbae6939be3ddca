import type { AuditPage, AuditQuery } from "../ports/audit.ts";

/** The record of who did what, for admins and the operator. */
export interface Audit {
  /**
   * What happened, oldest first. The whole of it is read page by page; what is recorded meanwhile comes at the end.
   *
   * @param reader - Slack user id, or `api`. @throws {AppError} `not_allowed` unless they are an admin.
   */
  list(query: AuditQuery, reader: string): Promise<AuditPage>;
  /**
   * How decisions were made.
   *
   * @param days - requests that were opened, and decided, so many days back from now.
   * @throws {AppError} `not_allowed` for a reader who is no admin.
   */
  figures(days: number, reader: string): Promise<ApprovalFigures>;
}

/** How the requests of one workflow, or of all, fared. Times in milliseconds; `null`: there is nothing to measure. */
export interface RequestFigures {
  /** Requests that are open now, of the newest 500, and their age. */
  readonly open: number;
  readonly medianAgeMs: number | null;
  readonly oldestAgeMs: number | null;
  /** Requests that people decided, and how long they took from the opening. */
  readonly decided: number;
  readonly medianMs: number | null;
  readonly p95Ms: number | null;
  readonly expired: number;
  /** Decided within three seconds: hardly read. */
  readonly within3s: number;
}

export interface ApprovalFigures extends RequestFigures {
  readonly days: number;
  /** By id. */
  readonly workflows: readonly (RequestFigures & { readonly workflowId: string })[];
}
