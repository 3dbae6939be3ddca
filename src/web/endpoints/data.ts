import { z } from "zod";
import { isUserId } from "../../shared/slack-ids.ts";
import { endpoint } from "../http/endpoint.ts";
import { anyBody, ById, jsonBody, Moment, NoParams, NoQuery, noBody, Succeeded } from "./parts.ts";

/** Runs that one request names. */
const MAX_IDS = 1000;

const Removal = z
  .object({
    id: z.string(),
    by: z.string().meta({ description: "Slack user id, or `api`." }),
    at: Moment,
    removed: z.int().meta({ description: "Runs that are gone." }),
    kept: z.int().meta({ description: "Runs that stayed, since they are not over." }),
    endedAt: Moment.nullable().meta({ description: "`null`: it is under way." }),
  })
  .meta({ id: "Removal" });

const Time = z.iso.datetime({ offset: true, error: "must be a time in ISO 8601, with its zone" });

/** What runs are meant: those named, or those that are over and fit. */
export const Wanted = z
  .strictObject({
    executionIds: z.array(z.string()).min(1).max(MAX_IDS).exactOptional(),
    workflowId: z.string().exactOptional(),
    status: z.enum(["completed", "failed", "cancelled"]).exactOptional(),
    startedBy: z.string().exactOptional(),
    person: z
      .string()
      .refine(isUserId, "must be the id of a Slack user, such as U0ALICE")
      .exactOptional()
      .meta({ description: "All that is stored about this person: with their drafts." }),
    endedBefore: Time.exactOptional(),
    dryRun: z.boolean().default(false),
  })
  .superRefine(({ executionIds, person, dryRun: _dryRun, ...filter }, context) => {
    const filters = Object.keys(filter);
    const ways = [executionIds, person].filter((way) => way !== undefined).length;
    if (ways + Math.min(filters.length, 1) === 1) return;
    const message =
      ways === 0
        ? "must name runs (executionIds) or a person, or say which runs are meant: workflowId, status, startedBy, endedBefore"
        : "must not be combined with executionIds or person";
    context.addIssue({ code: "custom", path: filters.slice(0, 1), message });
  });

/** Taking workflows out of use, and removing runs for good. */
export const dataEndpoints = {
  archiveWorkflow: endpoint({
    id: "archiveWorkflow",
    method: "POST",
    path: "/api/workflows/:id/archive",
    summary:
      "Takes a workflow out of use: nothing starts it any more; its runs under way continue.",
    access: "token",
    scope: "deploy",
    params: ById,
    query: NoQuery,
    body: anyBody,
    answers: {
      200: z.object({
        success: Succeeded,
        workflowId: z.string(),
        changed: z.boolean().meta({ description: "Whether it was not archived before." }),
        archivedBy: z.string(),
        archivedAt: Moment,
      }),
    },
    errors: ["workflow_not_found"],
  }),
  unarchiveWorkflow: endpoint({
    id: "unarchiveWorkflow",
    method: "POST",
    path: "/api/workflows/:id/unarchive",
    summary: "Brings an archived workflow back, with its triggers.",
    access: "token",
    scope: "deploy",
    params: ById,
    query: NoQuery,
    body: anyBody,
    answers: {
      200: z.object({ success: Succeeded, workflowId: z.string(), wasArchived: z.boolean() }),
    },
    errors: ["workflow_not_found", "definition_invalid", "definition_conflict"],
  }),
  removeExecutions: endpoint({
    id: "removeExecutions",
    method: "POST",
    path: "/api/executions/remove",
    summary: "Removes runs that are over, for good, in the background; costs and the audit stay.",
    description:
      "Either `executionIds`, or a filter of which all parts have to fit. With `dryRun` it only counts. How far it is: `GET /api/removals`.",
    access: "token",
    scope: "admin",
    params: NoParams,
    query: NoQuery,
    body: jsonBody(Wanted),
    answers: {
      200: z.object({
        success: Succeeded,
        dryRun: z.boolean(),
        runs: z
          .int()
          .meta({ description: "Runs that fit, without those that their steps started." }),
        isMore: z.boolean().meta({ description: "There are more than were counted." }),
        drafts: z.int().optional().meta({ description: "Drafts of the person." }),
        removal: Removal.nullable().meta({ description: "`null` after a dry run." }),
      }),
    },
    errors: ["execution_not_found", "execution_under_way"],
  }),
  removeExecution: endpoint({
    id: "removeExecution",
    method: "DELETE",
    path: "/api/executions/:id",
    summary: "Removes a run that is over, for good, in the background.",
    access: "token",
    scope: "admin",
    params: ById,
    query: NoQuery,
    body: noBody,
    answers: { 200: z.object({ success: Succeeded, executionId: z.string(), removal: Removal }) },
    errors: ["execution_not_found", "execution_under_way"],
  }),
  listRemovals: endpoint({
    id: "listRemovals",
    method: "GET",
    path: "/api/removals",
    summary: "Removals of the last 30 days, the newest first.",
    access: "token",
    params: NoParams,
    query: NoQuery,
    body: noBody,
    answers: { 200: z.object({ removals: z.array(Removal) }) },
    errors: [],
  }),
};
