import { z } from "zod";
import { endpoint } from "../http/endpoint.ts";
import { Calls, Execution, ExecutionPage, isStatus, STATUSES, StepPage } from "./execution-view.ts";
import {
  anyBody,
  anyObject,
  ById,
  GivenVersion,
  IdempotencyKey,
  jsonBody,
  NoParams,
  NoQuery,
  noBody,
  optionalJsonBody,
  ownBody,
  Succeeded,
  Version,
  wholeNumber,
} from "./parts.ts";

const MAX_LIMIT = 200;
const LIMIT = `must be a whole number from 1 to ${MAX_LIMIT}`;
const AFTER = "must be `next` of the page before";
export const SINCE = "must be a time such as 2h, 7d or 2026-01-31T09:00:00Z";

const STATUS = `must be one of ${STATUSES.join(", ")}, or several with commas between`;
/** Statuses as text, with commas between. */
export const SeveralStatuses = z
  .string()
  .refine((text) => text.split(",").every(isStatus), STATUS)
  .transform((text) => text.split(",").filter(isStatus))
  .meta({ override: { type: "string" }, description: "One, or several with commas between." });

const MOMENT = "must be a moment such as 2026-01-31T09:00:00Z";
/** A moment as text; in milliseconds since 1970. */
export const GivenMoment = z
  .string()
  .refine((text) => /^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(Date.parse(text)), MOMENT)
  .transform((text) => Date.parse(text))
  .meta({ override: { type: "string" }, description: "ISO 8601." });

const Started = z.object({
  executionId: z.string(),
  status: z.literal("started"),
  duplicate: z
    .literal(true)
    .optional()
    .meta({ description: "The same was asked before, and this is what it began." }),
});

/** Which executions of all: filters that are combined. */
export function runFilter() {
  return z
    .object({
      workflowId: z.string().optional(),
      status: SeveralStatuses.optional(),
      version: GivenVersion.optional(),
      startedBy: z.string().optional().meta({ description: "Slack user id." }),
    })
    .catchall(z.string());
}

/** Media types of bodies that bring variables. */
const VARIABLES = [
  "application/json",
  "application/x-www-form-urlencoded",
  "multipart/form-data",
  "text/plain",
  "*/*",
] as const;

/** Starting, reading, listing, cancelling, retrying and migrating executions. */
export const executionEndpoints = {
  executeWorkflow: endpoint({
    id: "executeWorkflow",
    method: "POST",
    path: "/api/workflows/:id/execute",
    summary: "Starts the active version with the variables that the body brings.",
    description:
      "Accepted when it answers. The body is an object in JSON, a form, or a form with files; nothing stands for no variables.",
    access: "token",
    ownsRepeats: true,
    params: ById,
    query: NoQuery,
    headers: IdempotencyKey,
    body: ownBody(VARIABLES.slice(0, 3)),
    answers: { 200: Started },
    errors: [
      "workflow_not_found",
      "workflow_archived",
      "input_invalid",
      "key_reused",
      "file_too_large",
      "files_full",
    ],
  }),
  listExecutions: endpoint({
    id: "listExecutions",
    method: "GET",
    path: "/api/executions",
    summary: "Executions, the newest first.",
    description:
      "Filters can be combined. `label.<name>=<value>` finds those that have a label, `input.<name>=<value>` beside `workflowId` those of which an input has this value. A page may be shorter than `limit`, or empty, and yet have a `nextCursor`: so much was read for it, and the next one continues.",
    access: "token",
    params: NoParams,
    query: runFilter().extend({
      startedFrom: GivenMoment.optional(),
      startedBefore: GivenMoment.optional(),
      endedFrom: GivenMoment.optional(),
      endedBefore: GivenMoment.optional(),
      limit: wholeNumber(1, MAX_LIMIT, LIMIT).default(50),
      cursor: z.string().optional().meta({ description: "`nextCursor` of the page before." }),
    }),
    body: noBody,
    answers: { 200: ExecutionPage },
    errors: ["workflow_not_found"],
  }),
  getExecution: endpoint({
    id: "getExecution",
    method: "GET",
    path: "/api/executions/:id",
    summary: "One execution, whole.",
    access: "token",
    params: ById,
    query: NoQuery,
    body: noBody,
    answers: { 200: Execution },
    errors: ["execution_not_found"],
  }),
  listSteps: endpoint({
    id: "listSteps",
    method: "GET",
    path: "/api/executions/:id/steps",
    summary: "The timeline of an execution in pages, the oldest first, with whole outputs.",
    access: "token",
    params: ById,
    query: z.object({
      after: wholeNumber(0, Number.MAX_SAFE_INTEGER, AFTER).optional(),
      path: z.string().min(1).optional(),
    }),
    body: noBody,
    answers: { 200: StepPage },
    errors: ["execution_not_found"],
  }),
  listCalls: endpoint({
    id: "listCalls",
    method: "GET",
    path: "/api/executions/:id/calls",
    summary: "What models were asked in an execution, and what they answered.",
    access: "token",
    params: ById,
    query: z.object({ step: z.string().min(1).optional() }),
    body: noBody,
    answers: { 200: Calls },
    errors: ["execution_not_found"],
  }),
  cancelExecution: endpoint({
    id: "cancelExecution",
    method: "POST",
    path: "/api/executions/:id/cancel",
    summary: "Asks an execution to stop.",
    access: "token",
    params: ById,
    query: NoQuery,
    body: anyBody,
    answers: { 200: z.object({ success: Succeeded, executionId: z.string() }) },
    errors: ["execution_not_found", "execution_finished"],
  }),
  retryExecution: endpoint({
    id: "retryExecution",
    method: "POST",
    path: "/api/executions/:id/retry",
    summary: "Continues an execution that failed or was cancelled; what completed is run again.",
    access: "token",
    ownsRepeats: true,
    params: ById,
    query: NoQuery,
    headers: IdempotencyKey,
    body: optionalJsonBody(
      z.strictObject({
        fromStep: z
          .string()
          .min(1)
          .max(1000)
          .optional()
          .meta({ description: "Step id or path; without it, the step that failed." }),
        variables: anyObject().optional(),
        acceptsDoubt: z
          .boolean()
          .optional()
          .meta({ description: "A step may be done although it is not known whether it was." }),
        again: z
          .array(z.string().min(1).max(64))
          .max(100)
          .optional()
          .meta({ description: "Steps that had their effect and are to have it once more." }),
      }),
    ),
    answers: {
      200: z.object({
        success: Succeeded,
        executionId: z.string(),
        reopened: z.boolean(),
        fromStep: z.string().nullable(),
        duplicate: z.literal(true).optional(),
      }),
    },
    errors: [
      "execution_not_found",
      "execution_under_way",
      "workflow_not_found",
      "workflow_archived",
      "version_not_found",
      "key_reused",
      "effect_in_doubt",
      "effect_done",
    ],
  }),
  retryExecutions: endpoint({
    id: "retryExecutions",
    method: "POST",
    path: "/api/workflows/:id/retry",
    summary: "Retries the executions of a workflow that failed or were cancelled.",
    access: "token",
    params: ById,
    query: NoQuery,
    body: jsonBody(
      z.strictObject({
        status: z.enum(["failed", "cancelled"], "must be failed or cancelled").default("failed"),
        since: z.string(SINCE).min(1, SINCE).meta({ description: "`2h`, `7d` or a moment." }),
        dryRun: z.boolean().default(false).meta({ description: "Only counts them." }),
      }),
    ),
    answers: {
      200: z.object({
        success: Succeeded,
        matched: z.int(),
        retried: z.array(z.string()),
        refused: z.array(z.object({ executionId: z.string(), message: z.string() })),
      }),
    },
    errors: ["workflow_not_found", "workflow_archived"],
  }),
  migrateExecution: endpoint({
    id: "migrateExecution",
    method: "POST",
    path: "/api/executions/:id/migrate",
    summary: "Moves a waiting execution to another version, by default the active one.",
    access: "token",
    scope: "deploy",
    params: ById,
    query: NoQuery,
    body: optionalJsonBody(z.strictObject({ version: Version.optional() })),
    answers: {
      200: z.object({
        success: Succeeded,
        executionId: z.string(),
        version: z.int(),
        previous: z.int(),
        changed: z.boolean(),
      }),
    },
    errors: [
      "execution_not_found",
      "workflow_not_found",
      "version_not_found",
      "migration_refused",
      "execution_finished",
    ],
  }),
};

/** What other systems call. */
/** Of any status and type. */
const ANSWERED_BY_TRIGGER =
  "What the trigger declares: the answer at the end of the run (`respond`), or the one to a sender's question (`challenge`).";

export const triggerEndpoints = {
  receiveWebhook: endpoint({
    id: "receiveWebhook",
    method: "POST",
    path: "/webhooks/:path{.+}",
    summary: "Starts the workflow whose webhook has this path.",
    description:
      "Answers when the start is durable and before the work begins, unless the trigger says else: then when the run is over, or with 202 if it is not in time.",
    access: "own",
    params: z.object({ path: z.string() }),
    query: z.looseObject({}),
    body: ownBody(VARIABLES),
    answers: {
      200: Started,
      202: z.object({ executionId: z.string(), status: z.literal("running") }),
    },
    others: ANSWERED_BY_TRIGGER,
    errors: [
      "route_not_found",
      "config_invalid",
      "token_invalid",
      "not_allowed",
      "rate_limited",
      "media_type_refused",
      "input_invalid",
      "file_too_large",
      "files_full",
    ],
  }),
  askWebhook: endpoint({
    id: "askWebhook",
    method: "GET",
    path: "/webhooks/:path{.+}",
    summary: "Answers a sender that asks whether it is right here.",
    description:
      "Only webhooks with a `challenge` that is asked by GET answer. Nothing is started.",
    access: "own",
    params: z.object({ path: z.string() }),
    query: z.looseObject({}),
    body: noBody,
    answers: {},
    others: ANSWERED_BY_TRIGGER,
    errors: [
      "route_not_found",
      "method_not_allowed",
      "trigger_paused",
      "token_invalid",
      "not_allowed",
      "rate_limited",
      "config_invalid",
    ],
  }),
};
