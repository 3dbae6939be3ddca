import { z } from "zod";
import { MAX_SAMPLES } from "../../engine/api/evaluation.ts";
import { EventName } from "../../engine/definition/schema.ts";
import { endpoint } from "../http/endpoint.ts";
import { LabelledSample } from "./execution-view.ts";
import {
  anyObject,
  anyValue,
  ById,
  Days,
  jsonBody,
  Moment,
  NoParams,
  NoQuery,
  noBody,
  ownBody,
  Succeeded,
  wholeNumber,
} from "./parts.ts";

const TIME = "must be a time such as 2026-01-31T09:00:00Z, or milliseconds since 1970";
const Time = z
  .string()
  .transform((text) => (/^\d{1,15}$/.test(text) ? Number(text) : Date.parse(text)))
  .refine((at) => Number.isFinite(at), TIME);

const RequestFigures = z.object({
  open: z.int(),
  medianAgeMs: z.number().nullable(),
  oldestAgeMs: z.number().nullable(),
  decided: z.int(),
  medianMs: z.number().nullable(),
  p95Ms: z.number().nullable(),
  expired: z.int(),
  within3s: z.int(),
});

/** Who did what, and how decisions were made. */
export const auditEndpoints = {
  exportAudit: endpoint({
    id: "exportAudit",
    method: "GET",
    path: "/api/audit",
    summary: "Who did what, as one JSON object a line, the oldest first.",
    access: "token",
    scope: "admin",
    params: NoParams,
    query: z.object({
      since: Time.optional(),
      until: Time.optional(),
      workflowId: z.string().optional(),
      executionId: z.string().optional(),
      actor: z.string().optional(),
    }),
    body: noBody,
    answers: {},
    media: ["application/x-ndjson"],
    errors: [],
  }),
  approvalFigures: endpoint({
    id: "approvalFigures",
    method: "GET",
    path: "/api/approvals/figures",
    summary: "How requests of the last days were decided.",
    access: "token",
    params: NoParams,
    query: z.object({ days: Days }),
    body: noBody,
    answers: {
      200: RequestFigures.extend({
        days: z.int(),
        workflows: z.array(RequestFigures.extend({ workflowId: z.string() })),
      }),
    },
    errors: [],
  }),
};

const FileValue = z
  .object({
    name: z.string(),
    type: z.string(),
    size: z.int(),
    ref: z.string(),
    id: z.string().optional(),
  })
  .meta({ id: "FileValue" });

/** Files for executions, and files of executions. */
export const fileEndpoints = {
  uploadFile: endpoint({
    id: "uploadFile",
    method: "POST",
    path: "/api/files",
    summary:
      "Stores a file, to be given to an execution as a variable; unused, it is kept for a day.",
    description: "The body is the file, under its own Content-Type.",
    access: "token",
    params: NoParams,
    query: z.object({
      name: z.string().optional().meta({ description: "Unless Content-Disposition has it." }),
    }),
    body: ownBody(["*/*"]),
    answers: { 201: FileValue },
    errors: ["file_too_large", "files_full"],
  }),
  downloadFile: endpoint({
    id: "downloadFile",
    method: "GET",
    path: "/api/executions/:id/files/:ref",
    summary: "The bytes of a file that an execution has among its values.",
    access: "token",
    params: z.object({ id: z.string(), ref: z.string() }),
    query: NoQuery,
    body: noBody,
    answers: {},
    media: ["*/*"],
    errors: ["execution_not_found", "file_not_found", "file_expired"],
  }),
};

const Arm = {
  prompt: z.string().min(1).max(100_000).optional(),
  model: z.string().trim().min(1).max(200).optional(),
};
const CAP = "must be the most that it may cost, in dollars: a number above 0";

/** Labelled decisions, and how well models decide. */
export const evaluationEndpoints = {
  labelDecision: endpoint({
    id: "labelDecision",
    method: "POST",
    path: "/api/executions/:id/labels",
    summary: "Keeps what a person says of a decision of AI.",
    access: "token",
    params: ById,
    query: NoQuery,
    body: jsonBody(
      z.strictObject({
        path: z
          .string("must be the path or the id of a step")
          .min(1)
          .meta({ description: "Path of the entry, or the step's id for its latest entry." }),
        expected: anyValue().optional(),
        note: z.string().max(500).optional(),
      }),
    ),
    answers: { 200: z.object({ success: Succeeded, sample: LabelledSample }) },
    errors: ["execution_not_found"],
  }),
  listSamples: endpoint({
    id: "listSamples",
    method: "GET",
    path: "/api/workflows/:id/samples",
    summary: "The decisions of a workflow that people have labelled.",
    access: "token",
    params: ById,
    query: NoQuery,
    body: noBody,
    answers: { 200: z.object({ samples: z.array(LabelledSample) }) },
    errors: ["workflow_not_found"],
  }),
  evaluateWorkflow: endpoint({
    id: "evaluateWorkflow",
    method: "POST",
    path: "/api/workflows/:id/evaluate",
    summary: "Asks a workflow's decisions for their labelled samples, and says how well they did.",
    access: "token",
    scope: "deploy",
    params: ById,
    query: NoQuery,
    body: jsonBody(
      z.strictObject({
        ...Arm,
        step: z.string().min(1).optional(),
        against: z.strictObject(Arm).optional(),
        limit: z.int().min(1).max(MAX_SAMPLES).optional(),
        // Every sample is a paid call.
        maxCostUsd: z.number(CAP).positive(CAP).max(100),
      }),
    ),
    answers: {
      200: z.object({
        workflowId: z.string(),
        workflowVersion: z.int(),
        steps: z.array(z.looseObject({ stepId: z.string(), samples: z.int() })),
      }),
    },
    errors: ["workflow_not_found", "version_not_found", "prompt_not_found"],
  }),
};

export const PublishedEvent = z.strictObject({
  name: EventName,
  payload: anyObject().default({}),
  id: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: "Identifies the event: a repeat with the same id is a duplicate." }),
});

/** Most events that are listed at a time. */
const MAX_EVENTS = 200;
const LIMIT = `must be a whole number from 1 to ${MAX_EVENTS}`;

/** Events: of other systems, of steps and of the bot itself. */
export const eventEndpoints = {
  listEvents: endpoint({
    id: "listEvents",
    method: "GET",
    path: "/api/events",
    summary: "Events of a name, the oldest first.",
    access: "token",
    scope: "admin",
    params: NoParams,
    query: z.object({
      name: EventName,
      since: Time.optional().meta({ description: "By default a day ago." }),
      limit: wholeNumber(1, MAX_EVENTS, LIMIT).default(MAX_EVENTS),
    }),
    body: noBody,
    answers: {
      200: z.object({
        events: z.array(
          z.object({
            ...{ eventId: z.string(), name: z.string(), at: Moment, payload: anyObject() },
            executionId: z
              .string()
              .optional()
              .meta({ description: "The run whose end it is, or whose step published it." }),
          }),
        ),
      }),
    },
    errors: [],
  }),
  replayEvent: endpoint({
    id: "replayEvent",
    method: "POST",
    path: "/api/events/:id/replay",
    summary: "Starts one workflow once more by an event that was published before.",
    access: "token",
    scope: "deploy",
    params: ById,
    query: NoQuery,
    body: jsonBody(z.strictObject({ workflowId: z.string("must be the id of a workflow") })),
    answers: {
      200: z.object({ executionId: z.string(), eventId: z.string(), workflowId: z.string() }),
    },
    errors: [
      ...(["event_not_found", "workflow_not_found", "workflow_archived"] as const),
      ...(["trigger_paused", "limit_exceeded"] as const),
    ],
  }),
  publishEvent: endpoint({
    id: "publishEvent",
    method: "POST",
    path: "/api/events",
    summary: "Publishes an event: starts workflows, and wakes the runs that wait for it.",
    access: "token",
    params: NoParams,
    query: NoQuery,
    body: ownBody(["application/json"], PublishedEvent),
    answers: {
      200: z.object({
        eventId: z.string(),
        status: z.literal("accepted"),
        duplicate: z.literal(true).optional(),
      }),
    },
    errors: [],
  }),
};
