import { AppError, isAppError } from "../../shared/errors.ts";
import { hashJson } from "../../shared/json.ts";
import type { RetryRequest, RetryResult } from "../api/executions.ts";
import type { KeyedRequest } from "../model/control.ts";
import { executionIdFor } from "../model/execution-id.ts";
import type { ReadonlyState } from "../model/state.ts";
import { stepIdOf } from "../model/step-path.ts";
import type { Signal } from "../ports/executions.ts";

/** What a retry asks for, with its key; `null` without one. */
export function keyedRequest(request: RetryRequest): KeyedRequest | null {
  const { idempotencyKey: key, fromStep = null, variables = {}, acceptsDoubt = false } = request;
  if (key === undefined) return null;
  const again = request.again?.length ? { again: [...request.again] } : {};
  return { key, bodyHash: hashJson({ fromStep, variables, acceptsDoubt, ...again }) };
}

/** The execution that runs again what completed, one for each key. */
export function rerunIdFor(executionId: string, { key }: KeyedRequest): string {
  return executionIdFor(`${executionId}:retry`, key);
}

/**
 * The result of the first request with this key if it continued the execution; `null`: there was none.
 *
 * @param pending - read before the state, so that one that is folded meanwhile is found in one of both.
 * @throws {AppError} `key_reused` when it had another body.
 */
export function earlierReopening(
  keyed: KeyedRequest,
  state: ReadonlyState,
  pending: readonly Signal[],
): RetryResult | null {
  const { executionId } = state.start;
  const done = state.reopened.find((reopening) => reopening.asked?.key === keyed.key);
  if (done) return repeated(executionId, keyed, done.asked?.bodyHash, done.path);
  const accepted = pending.find(
    ({ kind, payload }) => kind === "retry" && payload["key"] === keyed.key,
  );
  if (!accepted) return null;
  const { bodyHash, path } = accepted.payload;
  return repeated(executionId, keyed, bodyHash, typeof path === "string" ? path : null);
}

/** The same for what completed and was run again. */
export async function earlierRerun(
  keyed: KeyedRequest,
  { start }: ReadonlyState,
  load: (executionId: string) => Promise<{ readonly state: ReadonlyState }>,
): Promise<RetryResult | null> {
  try {
    const { state } = await load(rerunIdFor(start.executionId, keyed));
    assertSame(start.executionId, keyed, state.start.trigger.bodyHash);
    const { executionId } = state.start;
    return { executionId, reopened: false, fromStep: null, duplicate: true };
  } catch (error) {
    if (isAppError(error, "execution_not_found")) return null;
    throw error;
  }
}

function repeated(
  executionId: string,
  keyed: KeyedRequest,
  bodyHash: unknown,
  path: string | null,
): RetryResult {
  assertSame(executionId, keyed, bodyHash);
  const fromStep = path === null ? null : stepIdOf(path);
  return { executionId, reopened: true, fromStep, duplicate: true };
}

function assertSame(executionId: string, { bodyHash }: KeyedRequest, first: unknown): void {
  if (first === bodyHash) return;
  throw new AppError({
    code: "key_reused",
    message: `This Idempotency-Key retried run ${executionId} with another body. Nothing was done: use a new key.`,
  });
}
