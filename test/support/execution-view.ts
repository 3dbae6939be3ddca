import type { ExecutionView, RequestView, StepView } from "../../src/engine/api/executions.ts";
import type { StepResult } from "../../src/engine/model/state.ts";

const STARTED_AT = "2026-11-23T09:00:00.000Z";

/** An execution of `expense` that runs, started by Alice in #general; tests say what differs. */
export function executionView(parts: Partial<ExecutionView> = {}): ExecutionView {
  return {
    executionId: "exec_abcde12345",
    workflowId: "expense",
    workflowName: "Expense approval",
    workflowVersion: 3,
    status: "running",
    waitingOn: [],
    currentStep: "screen",
    trigger: { type: "slash", userId: "U0ALICE", channel: "C0GENERAL" },
    labels: {},
    report: { channel: "C0GENERAL", on: "all" },
    startedAt: STARTED_AT,
    completedAt: null,
    totalDuration: null,
    variables: { amount: 640, item: "Laptop stand", pin: "zebra-77" },
    stepResults: {},
    steps: [],
    costAccumulator: 0,
    totalCost: 0,
    costUnknown: false,
    output: null,
    error: null,
    errors: [],
    cancelledBy: null,
    retries: [],
    migrations: [],
    requests: [],
    running: [],
    rev: 1,
    ...parts,
  };
}

export function stepView(parts: Partial<StepView> = {}): StepView {
  return {
    stepId: "screen",
    path: "screen#1",
    type: "ai-decision",
    status: "completed",
    startedAt: STARTED_AT,
    completedAt: "2026-11-23T09:00:02.000Z",
    duration: 2000,
    cost: 0.00012,
    output: "needs-review",
    attempts: 1,
    ...parts,
  };
}

export function stepResult(parts: Partial<StepResult> = {}): StepResult {
  return {
    stepId: "screen",
    status: "completed",
    output: "needs-review",
    cost: 0.00012,
    attempts: 1,
    nextStep: "approve",
    startedAt: STARTED_AT,
    completedAt: "2026-11-23T09:00:02.000Z",
    durationMs: 2000,
    ...parts,
  };
}

/** A request to Bob or @finance in #approvals; two choices. */
export function requestView(
  parts: Partial<RequestView> = {},
  opened: Partial<RequestView["opened"]> = {},
): RequestView {
  return {
    opened: {
      id: "exec_abcde12345/approve#1",
      round: 1,
      hash: "0123456789abcdef",
      title: "Expense: $640 for Laptop stand",
      message: "Why: back hurts",
      channel: "C0APPROVALS",
      approvers: ["U0BOB", "@finance"],
      required: 1,
      excluded: ["U0ALICE"],
      choices: [
        { id: "approve", label: "Approve", style: "primary" },
        { id: "reject", label: "Reject", style: "danger" },
      ],
      openedAt: Date.parse("2026-11-23T09:00:03.000Z"),
      expiresAt: Date.parse("2026-11-26T09:00:03.000Z"),
      ...opened,
    },
    stepId: "approve",
    votes: [],
    outcome: null,
    renewedBy: null,
    ...parts,
  };
}
