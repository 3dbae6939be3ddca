import { z } from "zod";
import { endpoint } from "../http/endpoint.ts";
import { anyBody, ById, Moment, NoQuery, noBody, Succeeded, wholeNumber } from "./parts.ts";

const ByTrigger = ById.extend({ trigger: z.string() });

const MAX_TIMES = 100;
const DEFAULT_TIMES = 10;
const COUNT = `must be a whole number from 1 to ${MAX_TIMES}`;

/** What starts a workflow by itself. */
export const switchEndpoints = {
  listTriggers: endpoint({
    id: "listTriggers",
    method: "GET",
    path: "/api/workflows/:id/triggers",
    summary: "The triggers of a workflow's active version, and which of them are switched off.",
    access: "token",
    params: ById,
    query: NoQuery,
    body: noBody,
    answers: {
      200: z.object({
        workflowId: z.string(),
        triggers: z.array(
          z.object({
            id: z.string(),
            type: z.string(),
            paused: z.boolean(),
            pausedBy: z.string().optional(),
            pausedAt: Moment.optional(),
          }),
        ),
      }),
    },
    errors: ["workflow_not_found"],
  }),
  pauseTrigger: endpoint({
    id: "pauseTrigger",
    method: "POST",
    path: "/api/workflows/:id/triggers/:trigger/pause",
    summary: "Switches a trigger off: it starts nothing, and what happens meanwhile is left out.",
    access: "token",
    scope: "deploy",
    params: ByTrigger,
    query: NoQuery,
    body: anyBody,
    answers: {
      200: z.object({
        ...{ success: Succeeded, workflowId: z.string(), trigger: z.string() },
        paused: z.literal(true),
      }),
    },
    errors: ["workflow_not_found", "trigger_not_found"],
  }),
  resumeTrigger: endpoint({
    id: "resumeTrigger",
    method: "POST",
    path: "/api/workflows/:id/triggers/:trigger/resume",
    summary: "Switches a trigger on again.",
    access: "token",
    scope: "deploy",
    params: ByTrigger,
    query: NoQuery,
    body: anyBody,
    answers: {
      200: z.object({
        ...{ success: Succeeded, workflowId: z.string(), trigger: z.string() },
        ...{ wasPaused: z.boolean(), paused: z.literal(false) },
      }),
    },
    errors: ["workflow_not_found", "trigger_not_found"],
  }),
  listNextStarts: endpoint({
    id: "listNextStarts",
    method: "GET",
    path: "/api/workflows/:id/schedule",
    summary: "When schedules start a workflow next, soonest first.",
    access: "token",
    params: ById,
    query: z.object({ count: wholeNumber(1, MAX_TIMES, COUNT).default(DEFAULT_TIMES) }),
    body: noBody,
    answers: { 200: z.object({ workflowId: z.string(), nextStarts: z.array(Moment) }) },
    errors: ["workflow_not_found"],
  }),
};
