import { z } from "zod";
import { anyObject, anyValue, Dollars, Labels, Moment } from "./parts.ts";

export const STATUSES = [
  "queued",
  "running",
  "waiting",
  "completed",
  "failed",
  "cancelled",
] as const;

/** Whether a text is one of {@link STATUSES}. */
export function isStatus(text: string): text is (typeof STATUSES)[number] {
  return STATUSES.some((status) => status === text);
}

const Status = z.enum(STATUSES, `must be one of ${STATUSES.join(", ")}`);

const StepStatus = z.enum(["completed", "skipped", "failed"]);
const Tokens = z.object({
  promptTokens: z.int(),
  completionTokens: z.int(),
  cachedTokens: z.int().optional(),
});
const StepError = z.object({ code: z.string(), message: z.string(), retryable: z.boolean() });
const Omitted = z.int().optional().meta({
  description: "The characters of an output for which there was no room; it is null here.",
});

/** That of a decision also has its answer under the name of the variable that takes it. */
const StepResult = z
  .looseObject({
    stepId: z.string(),
    status: StepStatus,
    output: anyValue(),
    error: StepError.optional(),
    cost: Dollars.nullable(),
    tokenUsage: Tokens.optional(),
    rawOutput: z.string().optional(),
    reason: z.string().optional(),
    confidence: z.number().optional(),
    attempts: z.int(),
    nextStep: z.string(),
    startedAt: Moment,
    completedAt: Moment,
    durationMs: z.number(),
    outputOmitted: Omitted,
  })
  .meta({ id: "StepResult" });

const Step = z
  .object({
    stepId: z.string(),
    path: z.string().meta({ description: "Names one entry of the step, such as `pay#1`." }),
    type: z.string(),
    status: StepStatus,
    startedAt: Moment,
    completedAt: Moment,
    duration: z.number().meta({ description: "Milliseconds." }),
    cost: Dollars.nullable(),
    output: anyValue(),
    attempts: z.int(),
    tokenUsage: Tokens.optional(),
    outputOmitted: Omitted,
  })
  .meta({ id: "Step" });

const Wait = z
  .object({
    for: z.string(),
    stepId: z.string(),
    path: z.string(),
    since: Moment,
    until: Moment.nullable(),
    requestId: z.string().optional(),
    by: z.string().optional(),
    executionId: z.string().optional(),
    event: z.string().optional(),
  })
  .meta({ id: "Wait" });

/** What started it: further members depend on the type. */
const Trigger = z.looseObject({ type: z.string() }).meta({ id: "Trigger" });

const Request = z
  .object({
    opened: z.looseObject({ id: z.string(), title: z.string() }),
    stepId: z.string(),
    votes: z.array(z.looseObject({ by: z.string(), choice: z.string(), at: z.number() })),
    notes: z.array(z.looseObject({ kind: z.string(), at: z.number() })).optional(),
    outcome: z.object({ decision: z.string(), at: z.number() }).nullable(),
    renewedBy: z.string().nullable(),
  })
  .meta({ id: "Request" });

const Retry = z.object({
  by: z.string(),
  at: Moment,
  fromStep: z.string().nullable(),
  edits: z.array(z.object({ name: z.string(), before: z.string().nullable(), after: z.string() })),
  again: z.array(z.string()),
});

const Migration = z.object({ by: z.string(), at: Moment, from: z.int(), to: z.int() });

const Masked = z
  .literal(true)
  .optional()
  .meta({ description: "Values that this reader does not see are masked as `•••`." });

/** One execution, whole. */
export const Execution = z
  .object({
    executionId: z.string(),
    workflowId: z.string(),
    workflowName: z.string(),
    workflowVersion: z.int(),
    status: Status,
    waitingOn: z.array(Wait),
    currentStep: z.string().nullable(),
    trigger: Trigger,
    labels: Labels,
    report: z
      .object({
        channel: z.string(),
        on: z.enum(["all", "failure"]),
        threadTs: z.string().optional(),
      })
      .nullable(),
    startedAt: Moment,
    completedAt: Moment.nullable(),
    totalDuration: z.number().nullable().meta({ description: "Milliseconds." }),
    variables: anyObject(),
    stepResults: z.record(z.string(), StepResult),
    steps: z.array(Step),
    costAccumulator: Dollars,
    totalCost: Dollars,
    costUnknown: z.boolean(),
    output: anyValue(),
    error: StepError.nullable(),
    errors: z.array(
      z.object({
        stepId: z.string(),
        path: z.string(),
        attempt: z.int(),
        code: z.string(),
        message: z.string(),
        at: Moment,
      }),
    ),
    cancelledBy: z.string().nullable(),
    retries: z.array(Retry),
    migrations: z.array(Migration),
    requests: z.array(Request),
    running: z.array(
      z.object({
        stepId: z.string(),
        path: z.string(),
        attempt: z.int(),
        phase: z.enum(["running", "retrying", "waiting"]),
      }),
    ),
    rev: z.int(),
    masked: Masked,
    omitted: z
      .object({
        values: z.int(),
        variables: z.array(z.string()),
        steps: z.int(),
        errors: z.int(),
      })
      .optional(),
  })
  .meta({ id: "Execution" });

/** One execution of a list. */
export const ExecutionSummary = z
  .object({
    executionId: z.string(),
    workflowId: z.string(),
    workflowName: z.string(),
    workflowVersion: z.int(),
    status: Status,
    waitingOn: z.array(z.string()),
    startedBy: z.string().nullable(),
    labels: Labels,
    startedAt: Moment,
    completedAt: Moment.nullable(),
    totalCost: Dollars,
  })
  .meta({ id: "ExecutionSummary" });

export const ExecutionPage = z.object({
  executions: z.array(ExecutionSummary),
  nextCursor: z.string().nullable(),
});

export const StepPage = z.object({
  steps: z.array(Step),
  next: z.int().nullable(),
  masked: Masked,
});

const PromptVersion = z.object({ name: z.string(), version: z.int() });

/** What models were asked in an execution, and what they answered. */
export const Calls = z
  .object({
    executionId: z.string(),
    workflowId: z.string(),
    workflowVersion: z.int(),
    decisions: z.array(
      z.object({
        stepId: z.string(),
        path: z.string(),
        prompt: PromptVersion.optional(),
        decided: z.boolean(),
        calls: z.array(
          z.object({
            id: z.string(),
            attempt: z.int(),
            call: z.int(),
            at: Moment,
            model: z.string(),
            messages: z.array(
              z.object({ role: z.enum(["system", "user", "assistant"]), content: z.string() }),
            ),
            response: anyValue(),
            text: z.string(),
            value: anyValue().optional(),
            reason: z.string().optional(),
            confidence: z.number().optional(),
            problem: z.string().optional(),
            usage: Tokens.optional(),
            cost: Dollars.nullable(),
            priceVersion: z.string(),
            latencyMs: z.number(),
          }),
        ),
      }),
    ),
    omitted: z.literal(true).optional(),
    masked: Masked,
  })
  .meta({ id: "Calls" });

/** A decision of a run that a person has labelled. */
export const LabelledSample = z
  .object({
    id: z.string(),
    workflowId: z.string(),
    stepId: z.string(),
    executionId: z.string(),
    prompt: PromptVersion.optional(),
    inputs: anyObject(),
    stepResults: anyObject().optional(),
    actual: anyValue(),
    expected: anyValue(),
    note: z.string().nullable(),
    by: z.string(),
    at: z.number().meta({ description: "Milliseconds since 1970." }),
  })
  .meta({ id: "LabelledSample" });
