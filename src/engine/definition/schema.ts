import { z } from "zod";
import { Duration, TimeLimit } from "../../shared/duration.ts";
import { isJsonObject } from "../../shared/json.ts";
import { externalNames } from "./param-traits.ts";
import { Permissions } from "./permissions.ts";

/** Ids that a route may name but no step may have. */
const RESERVED_STEP_IDS = ["end", "default"] as const;

const StepId = z
  .string()
  .regex(
    /^[A-Za-z][A-Za-z0-9_-]{0,63}$/,
    "must begin with a letter and have at most 64 letters, digits, - and _",
  )
  .refine(
    (id) => !RESERVED_STEP_IDS.some((reserved) => reserved === id),
    "is reserved: choose another id",
  );

export const WorkflowId = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$/,
    "must begin with a letter or digit and have at most 80 letters, digits, - and _",
  );

/** Attempts in all and the delay before the second; later ones double it. */
export const RetryPolicy = z.strictObject({
  maxRetries: z.int().min(1).max(20).default(3),
  backoffMs: Duration.default(1000),
});
export type RetryPolicy = z.output<typeof RetryPolicy>;

const OnFailure = z.enum(["fail", "skip", "fallback"]);

/** The envelope that all steps share; `config` belongs to the step's type. */
export const StepDefinition = z.strictObject({
  id: StepId,
  type: z.string(),
  name: z.string().max(80).optional(),
  config: z.record(z.string(), z.json()).default({}),
  next: z.union([z.string(), z.record(z.string(), z.string())]).optional(),
  retryPolicy: RetryPolicy.optional(),
  onFailure: OnFailure.default("fail"),
  fallbackStep: z.string().optional(),
  timeoutMs: TimeLimit.optional(),
  onUnknown: z.enum(["repeat", "look", "ask"]).optional(),
  /** Its output is shown to starter, approvers and admins alone. */
  sensitive: z.boolean().optional(),
});
export type StepDefinition = z.output<typeof StepDefinition>;

/** @internal exported for its test */
export const INPUT_TYPES = [
  "string",
  "text",
  "number",
  "integer",
  "boolean",
  "date",
  "select",
  "multi-select",
  "user",
  "channel",
  "file",
  "email",
  "url",
] as const;

/** Bytes, or a text with a unit. */
const FileSize = z.union([z.number(), z.string()]).transform((value, context): number => {
  const [, digits, unit = ""] =
    /^\s*(\d{1,12}(?:\.\d{1,3})?)\s*(kb|mb)?\s*$/i.exec(String(value)) ?? [];
  const factor = { "": 1, kb: 1000, mb: 1_000_000 }[unit.toLowerCase()] ?? 1;
  const bytes = Math.round(Number(digits) * factor);
  if (bytes >= 1) return bytes;
  context.addIssue({ code: "custom", message: 'must be bytes, or a text such as "5 MB"' });
  return z.NEVER;
});

export const InputDefinition = z.strictObject({
  type: z.enum(INPUT_TYPES),
  label: z.string().max(150).optional(),
  description: z.string().max(300).optional(),
  required: z.boolean().default(false),
  default: z.json().optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  options: z.array(z.string().min(1).max(75)).min(1).max(100).optional(),
  pattern: z.string().max(500).optional(),
  /** Of a file: media types (`application/pdf`, `image/*`) and endings of names (`.csv`); one is enough. */
  accept: z
    .array(
      z
        .string()
        .regex(
          /^(?:[\w.+-]{1,60}\/(?:[\w.+-]{1,60}|\*)|\.[\w.+-]{1,20})$/,
          'must be a media type such as application/pdf or image/*, or an ending such as ".csv"',
        ),
    )
    .min(1)
    .max(20)
    .optional(),
  /** Of a file, in bytes. @default as large as files may be */
  maxSize: FileSize.optional(),
  sensitive: z.boolean().default(false),
  /** Is its value a link or a mention in messages? For a `url`, a `user` and a `channel`. @default it is text */
  link: z.boolean().optional(),
});
export type InputDefinition = z.output<typeof InputDefinition>;

export const TriggerDefinition = z.looseObject({
  type: z.string().describe("kind of trigger"),
  id: StepId.optional().describe(
    "stays when the rest of the trigger changes; absent: type and position, `webhook-1`",
  ),
  inputs: z
    .record(z.string(), z.string())
    .optional()
    .describe(
      'inputs of the workflow that take what the trigger gives under another name, or the value of a CEL expression: `{"requester": "user", "total": "variables.order.total"}`',
    ),
});
export type TriggerDefinition = z.output<typeof TriggerDefinition>;

/** The most that `limits.maxSteps` may be. */
export const MAX_STEPS = 10_000;

const Limits = z.strictObject({
  /** Dollars. */
  maxCostUsd: z.number().min(0).max(10_000).default(0.5),
  /** What happens before a call that could pass the cap: the run waits for its owner, or ends. A run without owner ends. */
  onCostCap: z.enum(["wait", "fail"]).default("wait"),
  /** Dollars for all runs of a month, UTC; an admin's own budget goes before it. */
  monthlyBudgetUsd: z.number().min(0).max(1_000_000).optional(),
  maxSteps: z.int().min(1).max(MAX_STEPS).default(500),
  timeout: TimeLimit.default(30 * 86_400_000),
});
export type Limits = z.output<typeof Limits>;

/** Most runs with the same key that execute at a time. */
export const Concurrency = z.strictObject({
  /** A template; runs for which it gives the same text count together. @default all runs of the workflow */
  key: z.string().max(1000).default(""),
  limit: z.int().min(1).max(1000).default(1),
  onLimit: z.enum(["queue", "skip"]).default("queue"),
});
export type Concurrency = z.output<typeof Concurrency>;

export const Report = z.strictObject({
  channel: z
    .string()
    .min(1)
    .refine((channel) => !channel.includes("{{"), "may not hold {{…}}: all runs report there")
    .register(externalNames, { kind: "channel" }),
  on: z.enum(["all", "failure", "none"]).default("failure"),
});

/** Most labels of a workflow. */
const MAX_LABELS = 10;

/** Names of labels, and templates of what is known at the start of a run. */
const Labels = z
  .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,63}$/), z.string().min(1).max(1000))
  .refine((labels) => Object.keys(labels).length <= MAX_LABELS, {
    error: `may have at most ${MAX_LABELS} labels`,
  });

const DAY_MS = 86_400_000;

const Retention = z.union([
  z.literal("keep"),
  Duration.refine((ms) => ms >= DAY_MS, 'must be a day ("1d") or longer, or "keep"'),
]);

/** A workflow definition with its defaults filled in. */
export const Definition = z.strictObject({
  id: WorkflowId,
  name: z.string().min(1).max(120),
  version: z.int().min(1).optional(),
  description: z.string().max(1000).optional(),
  trigger: TriggerDefinition.optional(),
  triggers: z.array(TriggerDefinition).max(20).optional(),
  inputs: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/), InputDefinition).optional(),
  limits: Limits.prefault({}),
  concurrency: Concurrency.optional(),
  report: Report.optional(),
  labels: Labels.optional(),
  permissions: Permissions.optional(),
  /** How long its runs are kept after their end: milliseconds, or for ever. @default what the operator set */
  retention: Retention.optional(),
  /** May its cards stand in channels that other organizations read? @default once an admin allowed it for the channel */
  sharedChannels: z.enum(["ask", "allow"]).optional(),
  output: z.string().optional(),
  steps: z.array(StepDefinition).min(1).max(1000),
});
export type Definition = z.output<typeof Definition>;

/** The triggers of a definition, however it lists them. */
export function triggersOf(definition: Definition): readonly TriggerDefinition[] {
  return definition.triggers ?? (definition.trigger ? [definition.trigger] : []);
}

/** The same, each with its place in the document. */
export function placedTriggersOf(
  definition: Definition,
): readonly { readonly trigger: TriggerDefinition; readonly path: readonly (string | number)[] }[] {
  return triggersOf(definition).map((trigger, index) => ({
    trigger,
    path: definition.triggers ? ["triggers", index] : ["trigger"],
  }));
}

/** The AI decisions of a definition, those in the bodies of other steps too, in the order of the document. */
export function aiStepsOf(steps: unknown): readonly StepDefinition[] {
  if (Array.isArray(steps)) return steps.flatMap(aiStepsOf);
  if (!isJsonObject(steps)) return [];
  const step = StepDefinition.safeParse(steps);
  const inner = Object.values(steps).flatMap(aiStepsOf);
  return step.success && step.data.type === "ai-decision" ? [step.data, ...inner] : inner;
}

/** How the ends of runs are called: `workflow.completed` of all, `<workflow>.completed` of one. */
export const RUN_ENDS = ["completed", "failed", "cancelled"] as const;

/** What happens to requests for a decision. */
export const APPROVAL_EVENTS = [
  "approval.asked",
  "approval.reminded",
  "approval.escalated",
  "approval.delegated",
  "approval.decided",
  "approval.expired",
  "approval.closed",
] as const;
export type ApprovalEvent = (typeof APPROVAL_EVENTS)[number];

/** Most of a monthly budget is used. */
export const BUDGET_WARNING = "budget.warning";

/** Names of events that the bot publishes itself, so that nothing else may. The ends of one workflow's runs come besides. */
export const BUILT_IN_EVENTS: readonly string[] = [
  ...RUN_ENDS.map((end) => `workflow.${end}`),
  ...APPROVAL_EVENTS,
  BUDGET_WARNING,
];

export function isBuiltInEvent(name: string): boolean {
  return BUILT_IN_EVENTS.includes(name);
}

/** A name of events: `invoice.paid`, `order:42`. */
export const EventName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,119}$/,
    "must begin with a letter or digit and have at most 120 letters, digits, . : - and _",
  );
