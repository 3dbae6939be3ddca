import { createOpenAiModelClient } from "../../src/adapters/llm/openai-model-client.ts";
import type { AttemptContext } from "../../src/engine/definition/step-type.ts";
import type { CallRecord } from "../../src/engine/ports/calls.ts";
import { createServiceRegistry } from "../../src/services/registry.ts";
import { serviceContext } from "./service-context.ts";

/** What an attempt is given, with the records of its AI calls at hand. */
export interface TestAttempt extends AttemptContext {
  readonly calls: Map<string, CallRecord>;
}

/**
 * An attempt without services; its model is whatever answers at `modelUrl`.
 *
 * @param timeoutMs - short where silence is tested, else long enough for a busy machine.
 */
export function attemptContext(
  modelUrl: string,
  more: Partial<AttemptContext> = {},
  timeoutMs = 20_000,
): TestAttempt {
  const calls = new Map<string, CallRecord>();
  return {
    ...serviceContext({ idempotencyKey: "exec_1/ask#1", stepId: "ask" }),
    services: createServiceRegistry([]),
    model: createOpenAiModelClient({ baseUrl: modelUrl, timeoutMs }),
    now: () => Date.UTC(2026, 10, 23),
    pause: async () => undefined,
    revealSecrets: (params) => params,
    hideSecrets: (text) => text,
    prepareChild: () => Promise.reject(new Error("There are no other workflows.")),
    recordCall: async (call) => {
      if (!calls.has(call.id)) calls.set(call.id, structuredClone(call));
    },
    findCall: async (id) => calls.get(id) ?? null,
    recoveries: 0,
    unknownBefore: false,
    calls,
    ...more,
  };
}
