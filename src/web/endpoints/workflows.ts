import { z } from "zod";
import { endpoint } from "../http/endpoint.ts";
import {
  anyBody,
  anyObject,
  anyValue,
  ById,
  GivenVersion,
  IdempotencyKey,
  jsonBody,
  Moment,
  NoParams,
  NoQuery,
  noBody,
  optionalJsonBody,
  Problem,
  Succeeded,
  Version,
} from "./parts.ts";

const Definition = anyObject().meta({ id: "Definition", description: "A workflow definition." });

const WorkflowSummary = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string().nullable(),
    version: z.int(),
    triggers: z.array(z.string()).meta({ description: "Types of its triggers." }),
    paused: z.boolean(),
    archived: z.object({ by: z.string(), at: Moment }).optional(),
  })
  .meta({ id: "WorkflowSummary" });

const Difference = z.looseObject({}).meta({ description: "How one version became another." });

/** Deploying, listing, reading, comparing and activating workflows. */
export const workflowEndpoints = {
  deployWorkflow: endpoint({
    id: "deployWorkflow",
    method: "POST",
    path: "/api/workflows",
    summary: "Checks a definition and makes it the active version.",
    description:
      "With `If-Match` it is deployed only onto the version that has this ETag, with `If-None-Match: *` only if there is no such workflow; else the answer is 412, and what others deployed meanwhile stays.",
    headers: IdempotencyKey.extend({
      "If-Match": z.string().optional(),
      "If-None-Match": z.string().optional(),
    }),
    access: "token",
    scope: "deploy",
    params: NoParams,
    query: NoQuery,
    body: jsonBody(anyValue().optional()),
    answers: {
      200: z.object({
        success: Succeeded,
        workflowId: z.string(),
        version: z.int(),
        changed: z.boolean(),
        active: z.boolean(),
        warnings: z.array(Problem),
        nextStarts: z
          .array(Moment)
          .meta({ description: "When schedules of the active version start it next." }),
      }),
    },
    errors: ["definition_invalid", "definition_conflict", "workflow_archived", "workflow_changed"],
  }),
  listWorkflows: endpoint({
    id: "listWorkflows",
    method: "GET",
    path: "/api/workflows",
    summary: "All workflows, by id; those that are archived only if they are asked for.",
    access: "token",
    params: NoParams,
    query: z.object({ archived: z.enum(["true", "false"]).default("false") }),
    body: noBody,
    answers: { 200: z.object({ workflows: z.array(WorkflowSummary) }) },
    errors: [],
  }),
  getWorkflow: endpoint({
    id: "getWorkflow",
    method: "GET",
    path: "/api/workflows/:id",
    summary: "The definition of a version, by default the active one.",
    description:
      "Its `ETag` stands for version and content: sent back as `If-None-Match` it is answered with 304 while it is the same.",
    headers: z.object({ "If-None-Match": z.string().optional() }),
    access: "token",
    params: ById,
    query: z.object({ version: GivenVersion.optional() }),
    body: noBody,
    answers: { 200: Definition, 304: z.object({}) },
    errors: ["workflow_not_found", "version_not_found"],
  }),
  listVersions: endpoint({
    id: "listVersions",
    method: "GET",
    path: "/api/workflows/:id/versions",
    summary: "All versions of a workflow, the newest first.",
    access: "token",
    params: ById,
    query: NoQuery,
    body: noBody,
    answers: {
      200: z.object({
        workflowId: z.string(),
        versions: z.array(
          z.object({
            version: z.int(),
            active: z.boolean(),
            deployedBy: z.string().meta({ description: "Slack user id, `api` or `file:<name>`." }),
            deployedAt: Moment,
          }),
        ),
      }),
    },
    errors: ["workflow_not_found"],
  }),
  diffVersions: endpoint({
    id: "diffVersions",
    method: "GET",
    path: "/api/workflows/:id/diff",
    summary: "How one version became another.",
    access: "token",
    params: ById,
    query: z.object({ from: GivenVersion, to: GivenVersion }),
    body: noBody,
    answers: {
      200: Difference.extend({ workflowId: z.string(), from: z.int(), to: z.int() }),
    },
    errors: ["workflow_not_found", "version_not_found"],
  }),
  activateVersion: endpoint({
    id: "activateVersion",
    method: "POST",
    path: "/api/workflows/:id/activate",
    summary: "Makes a stored version the active one. Runs under way keep theirs.",
    access: "token",
    scope: "deploy",
    params: ById,
    query: NoQuery,
    body: jsonBody(z.strictObject({ version: Version })),
    answers: {
      200: z.object({
        success: Succeeded,
        workflowId: z.string(),
        version: z.int(),
        previous: z.int(),
      }),
    },
    errors: [
      "workflow_not_found",
      "workflow_archived",
      "version_not_found",
      "definition_invalid",
      "definition_conflict",
    ],
  }),
  generateWorkflow: endpoint({
    id: "generateWorkflow",
    method: "POST",
    path: "/api/workflows/generate",
    summary: "A definition that AI writes from a description. Nothing is deployed.",
    access: "token",
    scope: "deploy",
    params: NoParams,
    query: NoQuery,
    body: optionalJsonBody(
      z.strictObject({
        description: z.string("must be a text that says what the workflow shall do"),
      }),
    ),
    answers: { 200: z.object({ workflow: Definition }) },
    errors: [
      "description_unclear",
      "generation_failed",
      "budget_exhausted",
      "model_rate_limited",
      "model_unavailable",
      "model_breaker_open",
      "model_rejected",
      "model_refused",
      "model_output_invalid",
    ],
  }),
};

/** Pausing and resuming the runs of one workflow, or all runs. */
export const pauseEndpoints = {
  pauseWorkflow: endpoint({
    id: "pauseWorkflow",
    method: "POST",
    path: "/api/workflows/:id/pause",
    summary: "Holds all runs of a workflow; what is started is accepted and held.",
    access: "token",
    scope: "deploy",
    params: ById,
    query: NoQuery,
    body: anyBody,
    answers: {
      200: z.object({ success: Succeeded, workflowId: z.string(), paused: z.literal(true) }),
    },
    errors: ["workflow_not_found"],
  }),
  resumeWorkflow: endpoint({
    id: "resumeWorkflow",
    method: "POST",
    path: "/api/workflows/:id/resume",
    summary: "Resumes the runs of a workflow in the order of their start.",
    access: "token",
    scope: "deploy",
    params: ById,
    query: NoQuery,
    body: anyBody,
    answers: {
      200: z.object({
        success: Succeeded,
        workflowId: z.string(),
        wasPaused: z.boolean(),
        paused: z.boolean(),
      }),
    },
    errors: ["workflow_not_found"],
  }),
  pauseAll: endpoint({
    id: "pauseAll",
    method: "POST",
    path: "/api/pause",
    summary: "Holds the runs of all workflows.",
    access: "token",
    scope: "deploy",
    params: NoParams,
    query: NoQuery,
    body: anyBody,
    answers: { 200: z.object({ success: Succeeded, paused: z.literal(true) }) },
    errors: [],
  }),
  resumeAll: endpoint({
    id: "resumeAll",
    method: "POST",
    path: "/api/resume",
    summary: "Ends the pause of everything; a workflow that was paused by itself stays paused.",
    access: "token",
    scope: "deploy",
    params: NoParams,
    query: NoQuery,
    body: anyBody,
    answers: {
      200: z.object({ success: Succeeded, wasPaused: z.boolean(), paused: z.boolean() }),
    },
    errors: [],
  }),
};

/** The built-in templates, and definitions made from them. */
export const templateEndpoints = {
  listTemplates: endpoint({
    id: "listTemplates",
    method: "GET",
    path: "/api/templates",
    summary: "The built-in templates.",
    access: "token",
    params: NoParams,
    query: NoQuery,
    body: noBody,
    answers: {
      200: z.object({
        templates: z.array(
          z.object({
            id: z.string(),
            name: z.string(),
            description: z.string().nullable(),
            triggers: z.array(z.string()),
            inputs: z.array(z.string()),
            steps: z.int(),
          }),
        ),
      }),
    },
    errors: [],
  }),
  instantiateTemplate: endpoint({
    id: "instantiateTemplate",
    method: "POST",
    path: "/api/templates/:id",
    summary: "A definition made from a template, of version 1. Nothing is deployed.",
    access: "token",
    scope: "read",
    params: ById,
    query: NoQuery,
    body: optionalJsonBody(
      anyObject(
        'must be an object of members that replace the template\'s, such as {"name": "Our moderation"}',
      ),
    ),
    answers: { 200: z.object({ workflow: Definition }) },
    errors: ["template_not_found"],
  }),
};
