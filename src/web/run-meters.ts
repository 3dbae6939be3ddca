import { Counter, Histogram, type Registry } from "prom-client";
import type { ExecutionEvent } from "../engine/model/events.ts";
import { createLabelBound } from "./label-bound.ts";

/** Seconds: runs take from a moment to weeks. */
const RUN_SECONDS = [0.1, 1, 5, 30, 60, 300, 1800, 3600, 14_400, 86_400, 604_800];

/** Workflows with a label of their own; the rest are `other`. */
const MAX_WORKFLOWS = 100;

/** What is read of an execution after a commit. */
export interface MeasuredRun {
  readonly start: { readonly workflowId: string; readonly at: number };
}

const ENDS: ReadonlyMap<ExecutionEvent["type"], string> = new Map([
  ["execution_completed", "completed"],
  ["execution_failed", "failed"],
  ["execution_cancelled", "cancelled"],
]);

/** Measures runs as a whole and what befalls them. */
export function createRunMeters(
  registry: Registry,
): (events: readonly ExecutionEvent[], run: MeasuredRun, typeOf: (path: string) => string) => void {
  const registers = [registry];
  const workflowLabel = createLabelBound(MAX_WORKFLOWS);
  const ended = new Counter({
    name: "heddle_workflow_executions_ended_total",
    help: "Executions that this process ended, by workflow and status; workflows after the first hundred are other.",
    labelNames: ["workflow", "status"] as const,
    registers,
  });
  const durations = new Histogram({
    name: "heddle_execution_duration_seconds",
    help: "From the start of an execution to its end, waits for people included.",
    labelNames: ["status"] as const,
    buckets: RUN_SECONDS,
    registers,
  });
  const claims = new Counter({
    name: "heddle_execution_claims_total",
    help: "Executions that this process took on, anew or from another process.",
    registers,
  });
  const attempts = new Counter({
    name: "heddle_step_attempts_failed_total",
    help: "Attempts of steps that failed and are repeated, or of which it is not known whether they had their effect (unknown).",
    labelNames: ["type", "outcome"] as const,
    registers,
  });
  const reopened = new Counter({
    name: "heddle_executions_reopened_total",
    help: "Executions that people retried after they had ended.",
    registers,
  });
  return (events, { start }, typeOf) => {
    for (const event of events) {
      const status = ENDS.get(event.type);
      if (status !== undefined && "at" in event) {
        ended.inc({ workflow: workflowLabel(start.workflowId), status });
        durations.observe({ status }, Math.max(event.at - start.at, 0) / 1000);
      }
      if (event.type === "execution_claimed") claims.inc();
      if (event.type === "execution_reopened") reopened.inc();
      if (event.type === "step_attempt_failed")
        attempts.inc({ type: typeOf(event.path), outcome: event.outcome });
    }
  };
}
