import { randomBytes } from "node:crypto";
import { hashJson, type Json } from "../../shared/json.ts";

export const EXECUTION_ID_PREFIX = "exec_";

export function newExecutionId(): string {
  return `${EXECUTION_ID_PREFIX}${randomBytes(8).toString("hex")}`;
}

/**
 * The execution id that belongs to a key from outside: the same key gives the same id, so starting
 * twice starts once.
 */
export function executionIdFor(workflowId: string, key: string): string {
  return hashedExecutionId([workflowId, key]);
}

/** An execution id that follows from what it is about. */
export function hashedExecutionId(subject: Json): string {
  return `${EXECUTION_ID_PREFIX}${hashJson(subject).slice(0, 16)}`;
}

/** What the records of calls name as workflow and step: an id that no workflow can have. */
export const GENERATION = ":drafts";
