import type { Commit, ExecutionRecord } from "../src/engine/ports/executions.ts";

/** The record of a running execution. */
export function benchHead(executionId: string, rev: number): ExecutionRecord {
  const at = Date.now();
  return {
    executionId,
    workflowId: "bench",
    version: 1,
    status: "running",
    rev,
    due: at + 30_000,
    owner: "bench",
    startedAt: at,
    endedAt: null,
    waitingOn: [],
    openRequests: [],
    costNano: rev,
    costUnknown: false,
    start: {
      type: "execution_started",
      executionId,
      workflowId: "bench",
      workflowName: "Bench",
      version: 1,
      trigger: { type: "api" },
      variables: {},
      deadline: at + 3_600_000,
      at,
    },
  };
}

/** A commit that ends a step with this output. */
export function benchCommit(executionId: string, rev: number, output: string): Commit {
  const at = Date.now();
  return {
    executionId,
    rev,
    epoch: 1,
    commitId: `${executionId}-${rev}`,
    at,
    events: [
      {
        type: "step_completed",
        path: `step#${rev}`,
        stepId: "step",
        output,
        next: "step",
        costNano: 0,
        at,
      },
    ],
  };
}
