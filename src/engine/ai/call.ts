import { AppError, asAppError, type ErrorCode } from "../../shared/errors.ts";
import { type Json, readOwn, toJson } from "../../shared/json.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import type { AttemptContext } from "../definition/step-type.ts";
import type { TokenUsage } from "../model/events.ts";
import type { CallRecord } from "../ports/calls.ts";
import type { ModelMessage, ModelReply, ModelRequest } from "../ports/model.ts";
import type { PromptVersionId } from "../ports/prompts.ts";
import type { PriceBook } from "./pricing.ts";
import type { AnswerCheck } from "./validate-answer.ts";

/** One question to a model, answered or not. */
export interface CallResult {
  readonly check: AnswerCheck;
  readonly text: string;
  /** How often the attempt had been begun again when the call was made: so many earlier calls may have been lost. */
  readonly recoveries: number;
  /** Nano-dollars; `null`: unknown. */
  readonly costNano: number | null;
  readonly usage?: TokenUsage;
}

/** What a call needs of its caller: an attempt of a step, or the generation of a definition. */
export type CallContext = Pick<
  AttemptContext,
  | "executionId"
  | "workflowId"
  | "stepId"
  | "idempotencyKey"
  | "attempt"
  | "model"
  | "now"
  | "recoveries"
  | "hideSecrets"
  | "recordCall"
  | "findCall"
  | "signal"
>;

/** What the calls of one attempt have in common. */
export interface CallSetup {
  readonly context: CallContext;
  readonly prices: PriceBook;
  /** The named prompt that is asked, for the record. */
  readonly prompt?: PromptVersionId;
  readonly validate: (reply: Pick<ModelReply, "text" | "finishReason" | "refusal">) => AnswerCheck;
}

/**
 * Asks a model once and keeps the record of it before the result is used; a call that an earlier life of the process
 * recorded is not made again. Calls that failed are recorded too, so that a repeat takes the same way.
 *
 * @param n - number of the call within its attempt, from 1.
 * @throws {AppError} `store_unavailable` when the record cannot be kept, and the reason of the abort when the attempt is stopped.
 */
export async function callModel(
  setup: CallSetup,
  wanted: ModelRequest,
  n: number,
): Promise<CallResult> {
  const { context } = setup;
  const request = { ...wanted, messages: wanted.messages.map(withoutSecrets(context)) };
  const id = `${context.idempotencyKey}:${context.attempt}:${n}`;
  const earlier = await context.findCall(id);
  if (earlier) return replay(setup, earlier);
  const at = context.now();
  const base = {
    id,
    executionId: context.executionId,
    workflowId: context.workflowId,
    stepId: context.stepId,
    at,
    model: request.model,
    messages: request.messages,
    ...(context.recoveries > 0 && { recoveries: context.recoveries }),
    ...(setup.prompt && { prompt: setup.prompt }),
  };
  let reply: ModelReply;
  try {
    reply = await context.model.complete(request, context.signal);
  } catch (error) {
    // Whether a stopped call was charged is unknown; a later life may make it anew.
    if (context.signal.aborted) throw asAppError(context.signal.reason);
    if (!(error instanceof AppError)) throw error;
    return recordFailure(setup, base, error);
  }
  const check = setup.validate(reply);
  const { usage, text } = reply;
  const price = setup.prices.priceCall({ model: request.model, usage, at });
  await context.recordCall({
    ...base,
    response: reply.raw,
    text,
    ...(check.kind === "answer" ? understood(check) : { problem: problemOf(check) }),
    ...(usage && { usage }),
    ...price,
    latencyMs: reply.latencyMs,
  });
  const { recoveries } = context;
  return { check, text, recoveries, costNano: price.costNano, ...(usage && { usage }) };
}

function withoutSecrets({ hideSecrets }: CallContext) {
  return ({ role, content }: ModelMessage): ModelMessage => ({
    role,
    content: hideSecrets(content),
  });
}

type CallBase = Pick<
  CallRecord,
  | "id"
  | "executionId"
  | "workflowId"
  | "stepId"
  | "at"
  | "model"
  | "messages"
  | "recoveries"
  | "prompt"
>;

async function recordFailure(
  { context, prices }: CallSetup,
  base: CallBase,
  error: AppError,
): Promise<CallResult> {
  // A refusal at the door is not charged; a connection that broke may have been.
  const costNano = error.outcomeUnknown ? null : 0;
  await context.recordCall({
    ...base,
    response: { [FAILURE]: toFailure(error) },
    text: "",
    problem: error.message,
    costNano,
    priceVersion: prices.priceCall({ model: base.model, usage: undefined, at: base.at })
      .priceVersion,
    latencyMs: context.now() - base.at,
  });
  const { recoveries } = context;
  return { check: { kind: "failed", error }, text: "", recoveries, costNano };
}

function replay({ validate }: CallSetup, record: CallRecord): CallResult {
  const { text, costNano, usage, response, recoveries = 0 } = record;
  const failure = readOwn(response, FAILURE);
  const choice = readOwn(readOwn(response, "choices"), "0");
  const finishReason = choice === undefined ? "no_choices" : readOwn(choice, "finish_reason");
  const refusal = readOwn(readOwn(choice, "message"), "refusal");
  const check: AnswerCheck =
    failure === undefined
      ? validate({
          text,
          finishReason: typeof finishReason === "string" ? finishReason : "stop",
          ...(typeof refusal === "string" && refusal !== "" && { refusal }),
        })
      : { kind: "failed", error: fromFailure(failure, record.problem ?? "") };
  return { check, text, recoveries, costNano, ...(usage && { usage }) };
}

/** What model clients throw. */
const MODEL_FAILURES = [
  "model_rate_limited",
  "model_rejected",
  "model_refused",
  "model_breaker_open",
  "model_unavailable",
  "model_output_invalid",
] as const satisfies readonly ErrorCode[];

/** Member of a recorded response that holds an error of ours: no endpoint sends it. */
const FAILURE = "heddleFailure";

function toFailure(error: AppError): Json {
  const { code, retryable, outcomeUnknown, retryAfterMs } = error;
  return toJson({ code, retryable, outcomeUnknown, retryAfterMs });
}

function fromFailure(failure: unknown, message: string): AppError {
  const code = readOwn(failure, "code");
  const retryAfterMs = readOwn(failure, "retryAfterMs");
  return new AppError({
    code: MODEL_FAILURES.find((known) => known === code) ?? "model_unavailable",
    message,
    retryable: readOwn(failure, "retryable") === true,
    outcomeUnknown: readOwn(failure, "outcomeUnknown") === true,
    ...(typeof retryAfterMs === "number" && { retryAfterMs }),
  });
}

function understood({ value, reason, confidence }: Extract<AnswerCheck, { kind: "answer" }>) {
  return {
    value,
    ...omitUndefined({ reason, confidence }),
  };
}

function problemOf(check: Exclude<AnswerCheck, { kind: "answer" }>): string {
  return check.kind === "invalid" ? check.complaint : check.error.message;
}
