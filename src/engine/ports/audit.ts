import type { Json, JsonObject } from "../../shared/json.ts";
import type { Surface } from "../model/actor.ts";

/** What is recorded. Names are stored for years: they are only added. */
export type AuditAction =
  | "deploy"
  | "activate"
  | "pause"
  | "resume"
  | "budget"
  | "prompt"
  | "start"
  | "cancel"
  | "retry"
  | "migrate"
  | "run_budget"
  | "request_opened"
  | "request_expired"
  | "request_closed"
  | "request_changed"
  | "decide"
  | "decision_voided"
  | "access"
  | "share"
  | "archive"
  | "unarchive"
  | "token"
  | "session"
  | "remove"
  | "bulk"
  | "credential";

/** What came of it. */
export type AuditResult = "done" | "refused";

/** A value that became another one; sensitive ones are masked. */
export interface AuditChange {
  readonly of: string;
  readonly from: Json;
  readonly to: Json;
}

/** One thing that a person did, or that followed by itself. Written once, never changed. */
export interface AuditRecord {
  /**
   * Made by `auditId`: begins with the time, so that the order of ids is the order in which things happened, and is derived from
   * what it records, so that recording it again adds nothing.
   */
  readonly id: string;
  /** When it happened; milliseconds since 1970. */
  readonly at: number;
  /** Slack user id, `api` or `cli` (the operator), `file:<name>` or `engine`. */
  readonly actor: string;
  readonly surface: Surface;
  readonly action: AuditAction;
  readonly workflowId?: string;
  readonly executionId?: string;
  readonly requestId?: string;
  /** What a person was shown when they decided: its hash, as the card's buttons carry it, and its text. */
  readonly shown?: { readonly hash: string; readonly text: string };
  readonly changes?: readonly AuditChange[];
  readonly result: AuditResult;
  /** What else there is to say: the choice, the comment, why it was refused. */
  readonly detail?: JsonObject;
}

/** Digits of the time at the beginning of an id. */
const TIME_DIGITS = 15;

/** @param key - what it records: unique among everything of that moment. */
export function auditId(at: number, key: string): string {
  return `${auditPlace(at)}:${key}`;
}

/** Before the id of everything that happened from this moment on, and after that of everything before. */
export function auditPlace(at: number): string {
  return String(Math.max(Math.trunc(at), 0)).padStart(TIME_DIGITS, "0");
}

/** The append-only record of who did what. */
export interface AuditStore {
  /** Adds records; those whose id is there already change nothing. Durable when it resolves. */
  append(records: readonly AuditRecord[]): Promise<void>;
  /** Oldest first, of one moment by id. What the same caller recorded or committed is in it. */
  list(query: AuditQuery): Promise<readonly AuditRecord[]>;
}

export interface AuditQuery {
  /** From this moment on; milliseconds since 1970. */
  readonly since?: number;
  /** Before this moment. */
  readonly until?: number;
  readonly workflowId?: string;
  readonly executionId?: string;
  readonly actor?: string;
  readonly action?: AuditAction;
  readonly limit: number;
  /** The id of the last record of the page before. */
  readonly after?: string;
}

export interface AuditPage {
  readonly records: readonly AuditRecord[];
  /** `after` of the next page; `null`: this is the last one. */
  readonly next: string | null;
}
