import type { ServiceContext } from "../../src/engine/ports/service.ts";
import { memoryFiles } from "./run-files.ts";

/** What an attempt gives a service, with nothing special about it. */
export function serviceContext(more: Partial<ServiceContext> = {}): ServiceContext {
  return {
    idempotencyKey: "exec_1/send#1",
    executionId: "exec_1",
    workflowId: "expense",
    stepId: "send",
    startedAt: 0,
    attempt: 1,
    files: memoryFiles(),
    signal: new AbortController().signal,
    ...more,
  };
}
