import { z } from "zod";
import type { Engine } from "../../engine/api/engine.ts";
import { OPERATOR } from "../../engine/model/actor.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import type { Route, RouteResponse } from "../http/route.ts";
import { parseInput, queryObject, type WebRequest } from "../http/web-request.ts";

const STATUSES = ["queued", "running", "waiting", "completed", "failed", "cancelled"] as const;
const MAX_LIMIT = 200;
const DEFAULT_LIMIT = 50;

const LIMIT = `must be a whole number from 1 to ${MAX_LIMIT}`;

const ListQuery = z.object({
  workflowId: z.string().optional(),
  status: z.enum(STATUSES, `must be one of ${STATUSES.join(", ")}`).optional(),
  limit: z.coerce
    .number(LIMIT)
    .pipe(z.int(LIMIT).min(1, LIMIT).max(MAX_LIMIT, LIMIT))
    .default(DEFAULT_LIMIT),
  cursor: z.string().optional(),
});

const AFTER = "must be `next` of the page before";

const StepsQuery = z.object({
  after: z.coerce.number(AFTER).pipe(z.int(AFTER).min(0, AFTER)).optional(),
  path: z.string().min(1).optional(),
});

const CallsQuery = z.object({ step: z.string().min(1).optional() });

/** Reading, listing and cancelling executions. */
export function executionRoutes(engine: Engine): readonly Route[] {
  return [
    { method: "GET", path: "/api/executions", handle: (request) => list(engine, request) },
    {
      method: "GET",
      path: "/api/executions/:id",
      handle: async (request) => ({
        body: await engine.executions.get(request.param("id"), OPERATOR),
      }),
    },
    {
      method: "GET",
      path: "/api/executions/:id/steps",
      handle: async (request) => {
        const query = parseInput(StepsQuery, queryObject(request.query), "query");
        const page = await engine.executions.listSteps(
          request.param("id"),
          omitUndefined(query),
          OPERATOR,
        );
        return { body: page };
      },
    },
    {
      method: "GET",
      path: "/api/executions/:id/calls",
      handle: async (request) => {
        const { step } = parseInput(CallsQuery, queryObject(request.query), "query");
        return { body: await engine.evaluations.audit(request.param("id"), step, OPERATOR) };
      },
    },
    {
      method: "POST",
      path: "/api/executions/:id/cancel",
      handle: (request) => cancel(engine, request),
    },
  ];
}

/** `label.<name>=<value>` asks for a label. A filter that is not understood must not be left out. */
const LABEL = "label.";
const Labels = z.record(z.string(), z.string()).superRefine((labels, context) => {
  for (const key of Object.keys(labels)) {
    if (/^label\.[A-Za-z_][A-Za-z0-9_-]{0,63}$/.test(key)) continue;
    const message = "must be label. and the name of a label, such as label.customer";
    context.addIssue({ code: "custom", path: [key], message });
  }
});

/** @throws {AppError} `input_invalid`. */
function labelsIn(query: URLSearchParams): Record<string, string> | undefined {
  const asked = Object.fromEntries([...query].filter(([key]) => key.startsWith(LABEL)));
  const labels = Object.entries(parseInput(Labels, asked, "query"));
  if (labels.length === 0) return undefined;
  return Object.fromEntries(labels.map(([key, value]) => [key.slice(LABEL.length), value]));
}

async function list(engine: Engine, request: WebRequest): Promise<RouteResponse> {
  const { workflowId, status, limit, cursor } = parseInput(
    ListQuery,
    queryObject(request.query),
    "query",
  );
  return {
    body: await engine.executions.list(
      omitUndefined({ limit, workflowId, status, cursor, labels: labelsIn(request.query) }),
      OPERATOR,
    ),
  };
}

async function cancel(engine: Engine, request: WebRequest): Promise<RouteResponse> {
  const executionId = request.param("id");
  await request.readJson();
  await engine.executions.cancel(executionId, OPERATOR);
  return { body: { success: true, executionId } };
}
