import { omitUndefined } from "../../shared/omit-undefined.ts";
import type { RemovalJob } from "../api/data.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { BulkJob } from "../executions/bulk-jobs.ts";

/** Records what came of a job with many executions; the values that they were found by are not kept. */
export function recordBulk(trail: AuditTrail): (job: BulkJob) => Promise<void> {
  return ({ id: job, by, action, workflowId, total, done, left, stopped }) =>
    trail.write(by, {
      action: "bulk",
      ...omitUndefined({ workflowId }),
      result: "done",
      detail: {
        ...{ job, asked: action, total, done, isStopped: stopped !== undefined },
        left: Object.fromEntries(left.map(({ code, count }) => [code, count])),
      },
    });
}

/** Records what came of a removal. */
export function recordRemoval(trail: AuditTrail): (job: RemovalJob) => Promise<void> {
  return ({ id: job, by, removed, kept, target }) =>
    trail.write(by, {
      action: "remove",
      ...(target.kind === "filter" && omitUndefined({ workflowId: target.workflowId })),
      result: "done",
      detail: { job, removed, kept },
    });
}
