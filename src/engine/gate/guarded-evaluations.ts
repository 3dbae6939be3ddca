import type { Evaluations } from "../api/evaluation.ts";
import type { Gate } from "./gate.ts";
import type { GuardedExecutions } from "./guarded-executions.ts";

/** What models were asked, as people may see it. The contract of each method stands in `Engine`. */
export function guardEvaluations(
  gate: Gate,
  evaluations: Evaluations,
  executions: GuardedExecutions,
): Evaluations {
  const permitEdit = async (workflowId: string, by: string, what: string): Promise<void> =>
    gate.permit(by, "edit", workflowId, { what: `${what} of "${workflowId}"` });
  return {
    async audit(executionId, stepId, reader) {
      const masker = await executions.maskerFor(executionId, reader);
      const audit = await evaluations.audit(executionId, stepId);
      return masker === null ? audit : { ...masker.value(audit), masked: true };
    },
    async evaluate(request) {
      const { by, workflowId } = request;
      if (by !== undefined) await permitEdit(workflowId, by, "evaluate the decisions");
      return evaluations.evaluate(request);
    },
    async label(request) {
      await executions.maskerFor(request.executionId, request.by);
      return evaluations.label(request);
    },
    async listSamples(workflowId, reader) {
      if (reader !== undefined) await permitEdit(workflowId, reader, "see the samples");
      return evaluations.listSamples(workflowId);
    },
  };
}
