import type { Approvals, NotRecorded, RequestRef, VoteAnswer } from "../api/approvals.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { GuardedExecutions } from "./guarded-executions.ts";

/**
 * Records the clicks that no log records, because they were refused at once. What counts is recorded with the commit that holds it.
 * The contract of each method stands in `Engine`.
 */
export function guardApprovals(
  approvals: Approvals,
  executions: GuardedExecutions,
  trail: AuditTrail,
): Approvals {
  const recordRefusal = async (
    { executionId, requestId, hash, by }: RequestRef,
    { reason }: NotRecorded,
    said: { readonly choice?: string; readonly delegate?: string },
  ): Promise<void> =>
    trail.write(by, {
      action: "decide",
      executionId,
      requestId,
      result: "refused",
      detail: { reason, hash, ...said },
    });
  const recorded = async <Ref extends RequestRef>(
    click: Ref,
    answer: VoteAnswer,
    said: { readonly choice?: string; readonly delegate?: string } = {},
  ): Promise<VoteAnswer> => {
    // What has to be filled in again is no decision yet.
    if (!answer.recorded && answer.reason !== "answer_invalid")
      await recordRefusal(click, answer, said);
    return answer;
  };
  return {
    vote: async (decision) =>
      recorded(decision, await approvals.vote(decision), { choice: decision.choice }),
    delegate: async (delegation) =>
      recorded(delegation, await approvals.delegate(delegation), { delegate: delegation.to }),
    withdraw: async (which) => recorded(which, await approvals.withdraw(which)),
    form: (decision) => approvals.form(decision),
    audience: (request, notBefore) => approvals.audience(request, notBefore),
    receiptsSince: (userId) => approvals.receiptsSince(userId),
    setReceipts: (userId, wanted) => approvals.setReceipts(userId, wanted),
    listFor: (userId) => approvals.listFor(userId),
    pendingFor: (userId) => approvals.pendingFor(userId),
    async listOpen(limit) {
      const open = await approvals.listOpen(limit);
      return Promise.all(
        open.map(async (one) => {
          const masker = await executions.maskerFor(one.executionId, undefined);
          return masker === null ? one : { ...one, request: masker.value(one.request) };
        }),
      );
    },
  };
}
