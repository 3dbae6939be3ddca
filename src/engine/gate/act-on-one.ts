import type { ActOnOne } from "../executions/bulk-jobs.ts";
import type { GuardedExecutions } from "./guarded-executions.ts";

/** Does for a job what a person would do with one execution, through the same door. */
export function actOnOne(executions: GuardedExecutions): ActOnOne {
  return async (action, executionId, { by, key }) => {
    if (action === "resume")
      return (await executions.resume(executionId, by)) ? "done" : "not_paused";
    if (action === "cancel") await executions.cancel(executionId, by, key);
    else await executions.retry({ executionId, by, variableForm: "json", idempotencyKey: key });
    return "done";
  };
}
