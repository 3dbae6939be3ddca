import { AppError } from "../../shared/errors.ts";
import { toDollars } from "../../shared/money.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import type { AiDecisionView, CallView } from "../api/evaluation.ts";
import type { CallRecord } from "../ports/calls.ts";
import type { Store } from "../ports/store.ts";

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

/** Calls of a run that are shown. */
const MAX_CALLS = 500;
/** Characters of them, as JSON text; one call is shown in any case. */
const MAX_LENGTH = 4_000_000;

/** The last calls of a run, in order of time, as many as one answer holds; `isCut`: there are earlier ones. */
export async function readNewest(
  store: Pick<Store, "calls">,
  executionId: string,
): Promise<{ readonly calls: readonly CallRecord[]; readonly isCut: boolean }> {
  const newest = await store.calls.listNewest(executionId, MAX_CALLS + 1);
  let length = 0;
  const isLast = (call: CallRecord, index: number): boolean => {
    length += JSON.stringify(call).length;
    return index === MAX_CALLS || (index > 0 && length > MAX_LENGTH);
  };
  const end = newest.findIndex(isLast);
  const calls = end === -1 ? newest : newest.slice(0, end);
  return { calls: calls.toReversed(), isCut: end !== -1 };
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
