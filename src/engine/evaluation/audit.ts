import { AppError } from "../../shared/errors.ts";
import { toDollars } from "../../shared/money.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import type { AiDecisionView, CallView } from "../api/evaluation.ts";
import type { CallRecord } from "../ports/calls.ts";

/** The calls of an execution by the entry of the step that made them, in order of the first call. */
export function toDecisions(calls: readonly CallRecord[]): readonly AiDecisionView[] {
  const byPath = Map.groupBy(calls, (call) => placeOf(call).path);
  return [...byPath].map(([path, records]) => {
    const [first] = records;
    const ordered = records.map(toCallView).toSorted(inOrder);
    return {
      stepId: first?.stepId ?? "",
      path,
      ...(first?.prompt && { prompt: first.prompt }),
      decided: ordered.at(-1)?.value !== undefined,
      calls: ordered,
    };
  });
}

/** @throws {AppError} `input_invalid`, naming the steps that asked a model, when this one asked none. */
export function decisionsOf(
  decisions: readonly AiDecisionView[],
  stepId: string,
): readonly AiDecisionView[] {
  const found = decisions.filter((decision) => decision.stepId === stepId);
  if (found.length > 0) return found;
  const others = [...new Set(decisions.map((decision) => decision.stepId))].join(", ");
  throw new AppError({
    code: "input_invalid",
    message: `Step "${stepId}" has asked no model in this run. ${others === "" ? "No step has." : `These have: ${others}.`}`,
  });
}

/** Path of the entry, attempt and number of a call, as its id `executionId/path:attempt:n` says. */
function placeOf({ id, executionId }: CallRecord): {
  readonly path: string;
  readonly attempt: number;
  readonly call: number;
} {
  const [, path = "", attempt, call] = /^(.*):(\d+):(\d+)$/s.exec(id) ?? [];
  return {
    path: path.startsWith(`${executionId}/`) ? path.slice(executionId.length + 1) : path,
    attempt: Number(attempt ?? 1),
    call: Number(call ?? 1),
  };
}

function toCallView(record: CallRecord): CallView {
  const { id, model, messages, response, text, priceVersion, latencyMs, costNano } = record;
  const { value, reason, confidence, problem, usage } = record;
  const { attempt, call } = placeOf(record);
  return {
    id,
    attempt,
    call,
    at: new Date(record.at).toISOString(),
    model,
    messages,
    response,
    text,
    ...omitUndefined({ value, reason, confidence, problem }),
    ...(usage && { usage }),
    cost: costNano === null ? null : toDollars(costNano),
    priceVersion,
    latencyMs,
  };
}

function inOrder(a: CallView, b: CallView): number {
  return a.attempt - b.attempt || a.call - b.call;
}
