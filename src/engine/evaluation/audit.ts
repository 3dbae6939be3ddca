import { AppError } from "../../shared/errors.ts";
import type { Json } from "../../shared/json.ts";
import { NANO_PER_DOLLAR } from "../model/state.ts";
import type { ModelMessage, TokenUsage } from "../ports/model.ts";
import type { PromptVersionId } from "../ports/prompt-records.ts";
import type { CallRecord } from "../ports/store.ts";

/** One call of a model, whole. Times are ISO 8601 in UTC. */
export interface CallView {
  readonly id: string;
  readonly attempt: number;
  /** Number of the call within its attempt, from 1: a repair and a fallback are calls of their own. */
  readonly call: number;
  readonly at: string;
  readonly model: string;
  readonly messages: readonly ModelMessage[];
  /** The body as the endpoint sent it. */
  readonly response: Json;
  readonly text: string;
  /** What was understood; absent when the answer was not used. */
  readonly value?: Json;
  readonly reason?: string;
  readonly confidence?: number;
  /** Why the answer was not used. */
  readonly problem?: string;
  readonly usage?: TokenUsage;
  /** Dollars; `null`: unknown. */
  readonly cost: number | null;
  readonly priceVersion: string;
  readonly latencyMs: number;
}

/** One entry of an AI step with all its calls, in order. What it decided is what its last call gave. */
export interface AiDecisionView {
  readonly stepId: string;
  readonly path: string;
  /** The named prompt; absent: the prompt stands in the definition. */
  readonly prompt?: PromptVersionId;
  readonly decided: boolean;
  readonly calls: readonly CallView[];
}

/** Everything that models were asked and have answered in an execution. */
export interface AuditView {
  readonly executionId: string;
  readonly workflowId: string;
  readonly workflowVersion: number;
  readonly decisions: readonly AiDecisionView[];
}

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
    ...(value !== undefined && { value }),
    ...(reason !== undefined && { reason }),
    ...(confidence !== undefined && { confidence }),
    ...(problem !== undefined && { problem }),
    ...(usage && { usage }),
    cost: costNano === null ? null : costNano / NANO_PER_DOLLAR,
    priceVersion,
    latencyMs,
  };
}

function inOrder(a: CallView, b: CallView): number {
  return a.attempt - b.attempt || a.call - b.call;
}
