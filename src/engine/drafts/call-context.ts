import { omitUndefined } from "../../shared/omit-undefined.ts";
import type { CallContext } from "../ai/call.ts";
import type { PriceBook } from "../ai/pricing.ts";
import { GENERATION } from "../model/execution-id.ts";
import type { ModelClient } from "../ports/model.ts";
import type { Store } from "../ports/store.ts";

/** What is needed to ask a model outside of executions. */
export interface CallOptions {
  readonly store: Pick<Store, "calls">;
  readonly model: ModelClient;
  readonly modelName: string;
  readonly prices: PriceBook;
  readonly now: () => number;
  readonly hideSecrets: (text: string) => string;
}

interface Call {
  /** Under it the call is recorded, where executions have their id. */
  readonly id: string;
  readonly stepId: string;
  /** Calls with the same key are made once. */
  readonly idempotencyKey: string;
  /** Slack user id of the person whose call it is; absent: that of a program. */
  readonly by?: string | undefined;
  /** Milliseconds. */
  readonly timeoutMs: number;
}

/** The context of a call that belongs to no execution; its cost counts as that of drafts. */
export function contextOfCall(
  { id, stepId, idempotencyKey, by, timeoutMs }: Call,
  { store, model, now, hideSecrets }: CallOptions,
): CallContext {
  return {
    executionId: id,
    workflowId: GENERATION,
    stepId,
    idempotencyKey,
    attempt: 1,
    recoveries: 0,
    model,
    now,
    hideSecrets,
    recordCall: (call) => store.calls.insert({ ...call, ...omitUndefined({ by }) }),
    findCall: (callId) => store.calls.get(callId),
    signal: AbortSignal.timeout(timeoutMs),
  };
}
