import { z } from "zod";
import { COST_DIMENSIONS } from "../../engine/api/costs.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { endpoint } from "../http/endpoint.ts";
import { Metrics } from "./operations.ts";
import {
  ById,
  Days,
  Dollars,
  GivenVersion,
  jsonBody,
  NoParams,
  NoQuery,
  noBody,
  Price,
} from "./parts.ts";

const Unknown = z.int().optional();

const BreakdownQuery = z
  .object({
    by: z.enum(COST_DIMENSIONS).default("workflow"),
    days: Days,
    workflowId: z.string().min(1).optional(),
    person: z.string().min(1).optional().meta({ description: "Slack user id." }),
  })
  .refine(({ by, person }) => person === undefined || ["workflow", "model", "day"].includes(by), {
    path: ["by"],
    message: "must be workflow, model or day when a person is given",
  })
  .transform(omitUndefined);

const Spent = z.object({
  totalCost: Price,
  unknownCosts: Unknown,
  executions: z.int().optional(),
  invocations: z.int().optional(),
  calls: z.int(),
  promptTokens: z.int(),
  completionTokens: z.int(),
});

const NewBudget = z
  .strictObject({
    scope: z.enum(["all", "workflow", "person"]),
    subject: z.string().default("").meta({ description: "Workflow id or Slack user id." }),
    monthlyUsd: z
      .number()
      .min(0)
      .max(1_000_000)
      .nullable()
      .meta({ description: "Dollars a month; null removes the budget." }),
  })
  .refine(({ scope, subject }) => (scope === "all") === (subject === ""), {
    path: ["subject"],
    message: "must name the workflow or the person, and be absent for all",
  });

const Budgets = z.object({
  budgets: z.array(
    z.object({
      scope: z.enum(["all", "workflow", "person"]),
      subject: z.string().optional(),
      monthly: Price,
      spent: Price,
      usedPercent: z.int(),
      setBy: z.string(),
    }),
  ),
});

const Spread = z.object({ p50: z.number(), p90: z.number() }).nullable();

/** Counts, costs and budgets. */
export const costEndpoints = {
  workflowMetrics: endpoint({
    id: "workflowMetrics",
    method: "GET",
    path: "/api/workflows/:id/metrics",
    summary: "Counts and costs of a workflow since it exists.",
    access: "token",
    params: ById,
    query: NoQuery,
    body: noBody,
    answers: { 200: Metrics },
    errors: ["workflow_not_found"],
  }),
  workflowEstimate: endpoint({
    id: "workflowEstimate",
    method: "GET",
    path: "/api/workflows/:id/estimate",
    summary: "What completed runs of a version cost and how long they took.",
    access: "token",
    params: ById,
    query: z.object({ version: GivenVersion.optional() }),
    body: noBody,
    answers: {
      200: z.object({
        workflowId: z.string(),
        version: z.int(),
        runs: z.int(),
        durationMs: Spread,
        cost: z.object({ p50: Price, p90: Price }).nullable(),
        unknownCosts: Unknown,
      }),
    },
    errors: ["workflow_not_found", "version_not_found"],
  }),
  workflowCosts: endpoint({
    id: "workflowCosts",
    method: "GET",
    path: "/api/workflows/:id/costs",
    summary: "What a workflow cost in the last days, in all and by step.",
    access: "token",
    params: ById,
    query: z.object({ days: Days }),
    body: noBody,
    answers: {
      200: z.object({
        workflowId: z.string(),
        period: z.string(),
        totalExecutions: z.int(),
        totalCost: Dollars,
        unknownCosts: Unknown,
        costByStep: z.record(
          z.string(),
          z.object({
            totalCost: Price,
            avgCost: Price,
            invocations: z.int(),
            unknownCosts: Unknown,
          }),
        ),
      }),
    },
    errors: ["workflow_not_found"],
  }),
  costs: endpoint({
    id: "costs",
    method: "GET",
    path: "/api/costs",
    summary: "Costs by one dimension, the most expensive first.",
    access: "token",
    params: NoParams,
    query: BreakdownQuery,
    body: noBody,
    answers: {
      200: Spent.extend({
        by: z.enum(COST_DIMENSIONS),
        period: z.string(),
        workflowId: z.string().optional(),
        person: z.string().optional(),
        costs: z.array(Spent.extend({ name: z.string() })),
      }),
    },
    errors: ["workflow_not_found"],
  }),
  listBudgets: endpoint({
    id: "listBudgets",
    method: "GET",
    path: "/api/budgets",
    summary: "The monthly budgets, with what is used of them.",
    access: "token",
    params: NoParams,
    query: NoQuery,
    body: noBody,
    answers: { 200: Budgets },
    errors: [],
  }),
  setBudget: endpoint({
    id: "setBudget",
    method: "POST",
    path: "/api/budgets",
    summary: "Sets what everything, a workflow or a person may spend in a month.",
    access: "token",
    scope: "admin",
    params: NoParams,
    query: NoQuery,
    body: jsonBody(NewBudget),
    answers: { 200: Budgets },
    errors: ["workflow_not_found"],
  }),
};
