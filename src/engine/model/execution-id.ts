import { createHash, randomBytes } from "node:crypto";

export const EXECUTION_ID_PREFIX = "exec_";

export function newExecutionId(): string {
  return `${EXECUTION_ID_PREFIX}${randomBytes(8).toString("hex")}`;
}

/**
 * The execution id that belongs to a key from outside: the same key gives the same id, so starting twice starts once.
 */
export function executionIdFor(workflowId: string, key: string): string {
  const hash = createHash("sha256")
    .update(JSON.stringify([workflowId, key]))
    .digest("hex");
  return `${EXECUTION_ID_PREFIX}${hash.slice(0, 16)}`;
}

/** What the records of calls name as workflow and step: an id that no workflow can have. */
export const GENERATION = ":drafts";
