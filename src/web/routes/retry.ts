import { z } from "zod";
import type { Engine } from "../../engine/api/engine.ts";
import { anyJsonObject } from "../../shared/any-json.ts";
import { parseDuration } from "../../shared/duration.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { readIdempotencyKey } from "../http/request-headers.ts";
import type { Route, RouteResponse } from "../http/route.ts";
import { parseInput, type WebRequest } from "../http/web-request.ts";

const RetryBody = z.strictObject({
  fromStep: z.string().min(1).max(1000).optional(),
  variables: anyJsonObject().optional(),
  acceptsDoubt: z.boolean().optional(),
  again: z.array(z.string().min(1).max(64)).max(100).optional(),
});

const SINCE = "must be a time such as 2h, 7d or 2026-01-31T09:00:00Z";
const BulkBody = z.strictObject({
  status: z.enum(["failed", "cancelled"], "must be failed or cancelled").default("failed"),
  since: z.string(SINCE).min(1, SINCE),
  dryRun: z.boolean().default(false),
});

/** Retries executions that failed or were cancelled. */
export function retryRoutes(engine: Engine): readonly Route[] {
  return [
    {
      method: "POST",
      path: "/api/executions/:id/retry",
      handle: (request) => retry(engine, request),
    },
    {
      method: "POST",
      path: "/api/workflows/:id/retry",
      handle: (request) => retryAll(engine, request),
    },
  ];
}

async function retry(engine: Engine, request: WebRequest): Promise<RouteResponse> {
  const { fromStep, variables, acceptsDoubt, again } = parseInput(
    RetryBody,
    (await request.readJson()) ?? {},
    "body",
  );
  const idempotencyKey = readIdempotencyKey(request.headers);
  const result = await engine.executions.retry({
    executionId: request.param("id"),
    by: "api",
    variableForm: "json",
    ...omitUndefined({
      fromStep,
      variables,
      acceptsDoubt,
      again,
      idempotencyKey: idempotencyKey ?? undefined,
    }),
  });
  return { body: { success: true, ...result } };
}

async function retryAll(engine: Engine, request: WebRequest): Promise<RouteResponse> {
  const { status, since, dryRun } = parseInput(BulkBody, await request.readJson(), "body");
  const result = await engine.executions.retryAll({
    workflowId: request.param("id"),
    status,
    since: readSince(since),
    by: "api",
    dryRun,
  });
  return { body: { success: true, ...result } };
}

/** @throws {AppError} `input_invalid`. */
function readSince(text: string): number {
  const ago = parseDuration(text);
  if (ago !== null) return Date.now() - ago;
  const isDate = /^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(Date.parse(text));
  return isDate ? Date.parse(text) : parseInput(z.never(SINCE), text, "since");
}
