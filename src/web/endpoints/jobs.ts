import { z } from "zod";
import { endpoint } from "../http/endpoint.ts";
import { GivenMoment, SeveralStatuses } from "./executions.ts";
import {
  ById,
  jsonBody,
  Labels,
  Moment,
  NoParams,
  NoQuery,
  noBody,
  optionalJsonBody,
  Succeeded,
  Version,
} from "./parts.ts";

/** Runs that one request names. */
const MAX_IDS = 1000;

const Job = z
  .object({
    id: z.string(),
    kind: z.enum(["cancel", "retry", "resume", "remove"]),
    workflowId: z.string().optional(),
    by: z.string().meta({ description: "Slack user id, or `api`." }),
    at: Moment,
    total: z
      .int()
      .nullable()
      .meta({ description: "`null`: they are still being looked for; for a removal always." }),
    done: z.int(),
    left: z
      .array(
        z.object({
          code: z.string().meta({ description: "Why it was not done, as for a single one." }),
          count: z.int(),
          examples: z.array(z.object({ executionId: z.string(), message: z.string() })),
        }),
      )
      .meta({ description: "Executions with which it was not done." }),
    endedAt: Moment.nullable().meta({ description: "`null`: it is under way." }),
    stopped: z.object({ by: z.string(), at: Moment }).nullable(),
  })
  .meta({ id: "Job" });

/** What is done, with which executions: those named, or those that fit. */
export const Bulk = z
  .strictObject({
    action: z.enum(["cancel", "retry", "resume"], "must be cancel, retry or resume"),
    executionIds: z.array(z.string()).min(1).max(MAX_IDS).exactOptional(),
    workflowId: z.string().exactOptional(),
    status: SeveralStatuses.exactOptional(),
    version: Version.exactOptional(),
    startedBy: z.string().exactOptional().meta({ description: "Slack user id." }),
    startedFrom: GivenMoment.exactOptional(),
    startedBefore: GivenMoment.exactOptional(),
    endedFrom: GivenMoment.exactOptional(),
    endedBefore: GivenMoment.exactOptional(),
    labels: Labels.exactOptional(),
    inputs: Labels.exactOptional().meta({ description: "Values of inputs, beside `workflowId`." }),
    dryRun: z.boolean().default(false).meta({ description: "Only counts them." }),
  })
  .superRefine(({ action: _action, dryRun: _dryRun, executionIds, ...filter }, context) => {
    const issue = (path: readonly string[], message: string) =>
      context.addIssue({ code: "custom", path: [...path], message });
    const filters = Object.keys(filter);
    if (executionIds === undefined && filters.length === 0)
      issue(
        [],
        "must name runs (executionIds), or say which runs are meant, such as by workflowId",
      );
    if (executionIds !== undefined && filters.length > 0)
      issue(filters.slice(0, 1), "must not be combined with executionIds");
    if (filter.inputs !== undefined && filter.workflowId === undefined)
      issue(["workflowId"], "is needed beside inputs");
  });

/** Cancelling, retrying and resuming many executions in the background. */
export const jobEndpoints = {
  beginJob: endpoint({
    id: "beginJob",
    method: "POST",
    path: "/api/jobs",
    summary: "Cancels, retries or resumes many executions, in the background.",
    description:
      "Either `executionIds`, or a filter of which all parts have to fit, as for `GET /api/executions`. `cancel` is for executions that are not over, `retry` for those that failed (or have the `status` that is given), `resume` for those that were paused one by one. Each is acted on by the rules of a single one. With `dryRun` it only counts. How far it is: `GET /api/jobs/:id`.",
    access: "token",
    params: NoParams,
    query: NoQuery,
    body: jsonBody(Bulk),
    answers: {
      200: z.object({
        success: Succeeded,
        dryRun: z.boolean(),
        runs: z.int().meta({ description: "Executions that fit." }),
        isMore: z.boolean().meta({ description: "There are more than were counted." }),
        job: Job.nullable().meta({ description: "`null` after a dry run." }),
      }),
    },
    errors: ["execution_not_found", "workflow_not_found"],
  }),
  listJobs: endpoint({
    id: "listJobs",
    method: "GET",
    path: "/api/jobs",
    summary: "Jobs of the last 30 days, removals too, the newest first.",
    access: "token",
    params: NoParams,
    query: NoQuery,
    body: noBody,
    answers: { 200: z.object({ jobs: z.array(Job) }) },
    errors: [],
  }),
  getJob: endpoint({
    id: "getJob",
    method: "GET",
    path: "/api/jobs/:id",
    summary: "How far a job is.",
    access: "token",
    params: ById,
    query: NoQuery,
    body: noBody,
    answers: { 200: Job },
    errors: ["job_not_found"],
  }),
  stopJob: endpoint({
    id: "stopJob",
    method: "POST",
    path: "/api/jobs/:id/stop",
    summary: "Stops a job; what it did stays done.",
    access: "token",
    params: ById,
    query: NoQuery,
    body: optionalJsonBody(z.strictObject({})),
    answers: { 200: z.object({ success: Succeeded, job: Job }) },
    errors: ["job_not_found"],
  }),
};
