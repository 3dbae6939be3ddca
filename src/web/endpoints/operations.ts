import { z } from "zod";
import { endpoint } from "../http/endpoint.ts";
import { NoParams, NoQuery, noBody, Price } from "./parts.ts";

export const Metrics = z
  .object({
    workflowId: z.string(),
    totalExecutions: z.int(),
    completed: z.int(),
    failed: z.int(),
    successRate: z.string().meta({ description: "`95.7%`; `N/A` while there are no runs." }),
    totalCost: Price,
    avgCostPerExecution: Price,
    avgDurationMs: z.number(),
    last24h: z.int(),
    unknownCosts: z
      .int()
      .optional()
      .meta({ description: "Calls without a known price: the costs are lower bounds then." }),
  })
  .meta({ id: "Metrics" });

/** For those who keep the bot running. */
export const operationEndpoints = {
  health: endpoint({
    id: "health",
    method: "GET",
    path: "/healthz",
    summary: "The process is up.",
    access: "open",
    params: NoParams,
    query: NoQuery,
    body: noBody,
    answers: { 200: z.object({ status: z.literal("ok") }) },
    errors: [],
  }),
  readiness: endpoint({
    id: "readiness",
    method: "GET",
    path: "/readyz",
    summary: "It may take work: it is connected, and its store can be written.",
    access: "open",
    params: NoParams,
    query: NoQuery,
    body: noBody,
    answers: {
      200: z.object({ status: z.literal("ready") }),
      503: z.object({ status: z.literal("not ready"), reason: z.string() }),
    },
    errors: [],
  }),
  telemetry: endpoint({
    id: "telemetry",
    method: "GET",
    path: "/metrics",
    summary: "Figures for Prometheus.",
    access: "token",
    scope: "admin",
    params: NoParams,
    query: NoQuery,
    body: noBody,
    answers: {},
    media: ["text/plain"],
    // Where no figures are collected.
    errors: ["route_not_found"],
  }),
  dashboard: endpoint({
    id: "dashboard",
    method: "GET",
    path: "/dashboard",
    summary: "How all workflows are doing: a page, or JSON for those who ask for it by Accept.",
    access: "token",
    params: NoParams,
    query: NoQuery,
    body: noBody,
    answers: {
      200: z.object({
        totalWorkflows: z.int(),
        totalExecutions: z.int(),
        workflows: z.array(z.object({ id: z.string(), name: z.string(), metrics: Metrics })),
      }),
    },
    media: ["text/html"],
    errors: [],
  }),
  openApi: endpoint({
    id: "openApi",
    method: "GET",
    path: "/api/openapi.json",
    summary: "This document.",
    access: "token",
    params: NoParams,
    query: NoQuery,
    body: noBody,
    answers: { 200: z.looseObject({ openapi: z.string() }) },
    errors: [],
  }),
};
