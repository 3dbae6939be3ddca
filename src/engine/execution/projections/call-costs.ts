import type { AttemptCost, LateResult, ModelCharge, TokenUsage } from "../../model/events.ts";
import type { CallRecord } from "../../ports/calls.ts";

/**
 * What recorded calls cost together, in all and by model and prompt. The known part is exact:
 * integers are added. A call that was made again after its worker had died may have been charged
 * twice, so its cost counts as unknown.
 */
export function costOfCalls(calls: readonly CallRecord[]): AttemptCost {
  const charges = new Map<string, ModelCharge>();
  for (const call of calls) {
    const charge = chargeOf(call);
    const key = JSON.stringify([charge.model, charge.prompt]);
    const known = charges.get(key);
    charges.set(key, known ? addCharges(known, charge) : charge);
  }
  const all = [...charges.values()];
  const usages = calls.flatMap(({ usage }) => usage ?? []);
  return {
    costNano: all.reduce((sum, { costNano }) => sum + costNano, 0),
    ...(calls.some(isUncertain) && { costUnknown: true }),
    ...(usages.length > 0 && { usage: usages.reduce(addUsage) }),
    ...(all.length > 0 && { charges: all }),
  };
}

/**
 * What an attempt cost whose result no worker brings any more, because it was given up after its
 * worker had died: the sum of its recorded calls. A call that was under way may have been charged,
 * too.
 *
 * @param calls - those of the execution.
 */
export function costOfLost(
  { executionId, path, attempt }: Pick<LateResult, "path" | "attempt"> & { executionId: string },
  calls: readonly CallRecord[],
  at: number,
): LateResult {
  const own = calls.filter(({ id }) => id.startsWith(`${executionId}/${path}:${attempt}:`));
  return { type: "late_result", path, attempt, ...costOfCalls(own), costUnknown: true, at };
}

function isUncertain({ costNano, recoveries = 0 }: CallRecord): boolean {
  return costNano === null || recoveries > 0;
}

function chargeOf(call: CallRecord): ModelCharge {
  const { model, prompt, costNano, usage } = call;
  return {
    model,
    ...(prompt && { prompt: `${prompt.name}@${prompt.version}` }),
    calls: 1,
    costNano: costNano ?? 0,
    unknown: isUncertain(call) ? 1 : 0,
    promptTokens: usage?.promptTokens ?? 0,
    completionTokens: usage?.completionTokens ?? 0,
  };
}

function addCharges(a: ModelCharge, b: ModelCharge): ModelCharge {
  return {
    ...a,
    calls: a.calls + b.calls,
    costNano: a.costNano + b.costNano,
    unknown: a.unknown + b.unknown,
    promptTokens: a.promptTokens + b.promptTokens,
    completionTokens: a.completionTokens + b.completionTokens,
  };
}

function addUsage(a: TokenUsage, b: TokenUsage): TokenUsage {
  const cachedTokens = (a.cachedTokens ?? 0) + (b.cachedTokens ?? 0);
  return {
    promptTokens: a.promptTokens + b.promptTokens,
    completionTokens: a.completionTokens + b.completionTokens,
    ...(cachedTokens > 0 && { cachedTokens }),
  };
}
