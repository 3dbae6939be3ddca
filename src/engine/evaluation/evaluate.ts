import { AppError, asAppError, isAppError } from "../../shared/errors.ts";
import { hashJson, type JsonObject, toJson } from "../../shared/json.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { fitsExpected } from "../ai/expected.ts";
import type { Sample, SampleOutcome } from "../api/evaluation.ts";
import type { Definition, StepDefinition } from "../definition/schema.ts";
import type {
  AttemptContext,
  AttemptResult,
  Entry,
  StepProgram,
  StepType,
} from "../definition/step-type.ts";
import type { NamedPrompt } from "../language/prompt-ref.ts";
import type { CallRecord } from "../ports/calls.ts";
import { type Clock, pause } from "../ports/clock.ts";
import { NO_FILES } from "../ports/files.ts";
import type { ModelClient } from "../ports/model.ts";
import { scopeOf } from "./samples.ts";

/** Attempts of one decision when the model cannot be had: an evaluation is about answers, not about an outage. */
const MAX_ATTEMPTS = 3;
const MAX_PAUSE_MS = 30_000;
/** Milliseconds for one decision with all its calls. */
const DECISION_MS = 5 * 60_000;

/** What is tried: the step as the definition says, or with another prompt or model. */
export interface Arm {
  /** For people: `v2 with gpt-4o`. */
  readonly label: string;
  /** Another text, or a version of the step's named prompt; absent: what the definition says. */
  readonly prompt?: NamedPrompt | { readonly text: string };
  readonly model?: string;
}

export interface EvaluationRequest {
  readonly definition: Definition;
  readonly step: StepDefinition;
  readonly arm: Arm;
  readonly samples: readonly Sample[];
  /** Nano-dollars that all decisions together may cost at most; what is over it is not asked. */
  readonly capNano: number;
}

export interface EvaluationPorts {
  readonly stepTypes: ReadonlyMap<string, StepType>;
  readonly model: ModelClient;
  readonly clock: Clock;
  readonly hideSecrets: (text: string) => string;
  /** Decisions asked at a time. @default 4 */
  readonly concurrency?: number;
  readonly signal?: AbortSignal;
}

/**
 * Asks a step's question for each sample, exactly as a run would: same prompt, parser, repair and fallback.
 *
 * @returns the outcomes in the order of the samples.
 * @throws {AppError} `input_invalid` when the step is not an AI decision.
 */
export async function evaluate(
  request: EvaluationRequest,
  ports: EvaluationPorts,
): Promise<readonly SampleOutcome[]> {
  const { samples, capNano } = request;
  const outcomes: SampleOutcome[] = [];
  const budget = { left: capNano };
  const ask = createAsker(request, ports, budget);
  let next = 0;
  const workers = Array.from({ length: ports.concurrency ?? 4 }, async () => {
    for (let index = next++; index < samples.length; index = next++) {
      const sample = samples[index];
      if (sample) outcomes[index] = await ask(sample);
    }
  });
  await Promise.all(workers);
  return outcomes;
}

function createAsker(
  { definition, step, arm }: EvaluationRequest,
  ports: EvaluationPorts,
  budget: { left: number },
): (sample: Sample) => Promise<SampleOutcome> {
  const { program, prompts } = bind(step, arm, ports.stepTypes);
  return async (sample) => {
    // From the sample itself: a recorded answer is found again whatever its place in the file.
    const key = `eval/${definition.id}/${step.id}/${hashJson(toJson(sample.inputs)).slice(0, 12)}`;
    let entry: Entry;
    try {
      const scope = scopeOf(definition, sample, key);
      entry = program.enter({ scope, key, now: ports.clock.now(), startedBy: null, prompts });
    } catch (error) {
      return failed(sample, asAppError(error), []);
    }
    if (entry.kind !== "run") throw new Error(`Step "${step.id}" asks no model.`);
    const worst = entry.reserveNano ?? 0;
    if (worst > budget.left || ports.signal?.aborted) return { ...NOTHING, sample };
    budget.left -= worst;
    const outcome = await decide(sample, { definition, step, program, entry, key }, ports);
    budget.left += worst - outcome.costNano;
    return outcome;
  };
}

function bind(
  step: StepDefinition,
  { prompt, model }: Arm,
  stepTypes: ReadonlyMap<string, StepType>,
): { readonly program: StepProgram; readonly prompts: ReadonlyMap<string, NamedPrompt> } {
  const type = stepTypes.get(step.type);
  if (type?.kind !== "ai-decision") {
    throw new AppError({
      code: "input_invalid",
      message: `Step "${step.id}" is not an AI decision: there is nothing to evaluate.`,
    });
  }
  const { promptRef, prompt: inline, ...rest } = step.config;
  const evaluated =
    prompt === undefined
      ? { ...(inline !== undefined && { prompt: inline }), ...(promptRef && { promptRef }) }
      : "text" in prompt
        ? { prompt: prompt.text }
        : { promptRef: `${prompt.name}@${prompt.version}` };
  const config: JsonObject = { ...rest, ...evaluated, ...omitUndefined({ model }) };
  // Two names for one model would be the fallback of itself.
  const { fallbackModel, ...alone } = config;
  const program = type.bind(fallbackModel === model ? alone : config);
  const named = prompt !== undefined && "name" in prompt ? [prompt] : [];
  const prompts = new Map(named.map((one) => [`${one.name}@${one.version}`, one]));
  return { program, prompts };
}

interface EvaluatedStep {
  readonly definition: Definition;
  readonly step: StepDefinition;
  readonly program: StepProgram;
  readonly entry: Extract<Entry, { kind: "run" }>;
  readonly key: string;
}

async function decide(
  sample: Sample,
  evaluated: EvaluatedStep,
  ports: EvaluationPorts,
): Promise<SampleOutcome> {
  const { step, program, entry } = evaluated;
  const { clock, signal } = ports;
  const calls: CallRecord[] = [];
  for (let attempt = 1; ; attempt += 1) {
    const run = program.run?.(entry.params, attemptContext(evaluated, attempt, calls, ports));
    const result = await run?.catch((error: unknown): AttemptResult => {
      if (!isAppError(error)) throw error;
      return { kind: "failed", error, outcome: "failed", costNano: 0 };
    });
    if (!result || result.kind === "child") throw new Error(`Step "${step.id}" cannot run.`);
    if (result.kind === "ok") return answered(sample, result, calls);
    const again = result.error.retryable && attempt < MAX_ATTEMPTS && !signal?.aborted;
    if (!again) return failed(sample, result.error, calls);
    await pause(clock, Math.min(result.retryAfterMs ?? 1000 * attempt, MAX_PAUSE_MS));
  }
}

/** What an attempt of the step is given: everything that has to do with models, and no way to act on anything else. */
function attemptContext(
  { definition, step, key }: EvaluatedStep,
  attempt: number,
  calls: CallRecord[],
  { model, clock, hideSecrets, signal }: EvaluationPorts,
): AttemptContext {
  const limit = AbortSignal.timeout(DECISION_MS);
  const either = signal ? AbortSignal.any([signal, limit]) : limit;
  return {
    idempotencyKey: key,
    executionId: "eval",
    workflowId: definition.id,
    stepId: step.id,
    startedAt: clock.now(),
    attempt,
    signal: either,
    services: { get: () => undefined, names: () => [] },
    model,
    now: () => clock.now(),
    pause: (ms) => pause(clock, ms, either),
    recoveries: 0,
    revealSecrets: (params) => params,
    hideSecrets,
    recordCall: async (call) => void calls.push(call),
    findCall: async () => null,
    unknownBefore: false,
    files: NO_FILES,
    prepareChild: async () => {
      throw new Error("A decision starts no runs.");
    },
  };
}

const NOTHING = {
  status: "skipped",
  actual: null,
  correct: false,
  repaired: false,
  calls: [],
  costNano: 0,
  costUnknown: false,
  latencyMs: 0,
} as const;

function answered(
  sample: Sample,
  { output, reason, confidence }: Extract<AttemptResult, { kind: "ok" }>,
  calls: readonly CallRecord[],
): SampleOutcome {
  return {
    sample,
    status: "answered",
    actual: output,
    correct: fitsExpected(output, sample.expected),
    repaired: calls.length > 1,
    ...omitUndefined({ reason, confidence }),
    ...spent(calls),
  };
}

function failed(
  sample: Sample,
  { code, message }: { readonly code: string; readonly message: string },
  calls: readonly CallRecord[],
): SampleOutcome {
  return { ...NOTHING, sample, status: "failed", error: { code, message }, ...spent(calls) };
}

function spent(calls: readonly CallRecord[]) {
  return {
    calls,
    costNano: calls.reduce((sum, { costNano }) => sum + (costNano ?? 0), 0),
    costUnknown: calls.some(({ costNano }) => costNano === null),
    latencyMs: calls.reduce((sum, { latencyMs }) => sum + latencyMs, 0),
  };
}
