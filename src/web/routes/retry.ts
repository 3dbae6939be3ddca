import { z } from "zod";
import type { Engine } from "../../engine/api/engine.ts";
import { parseDuration } from "../../shared/duration.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { executionEndpoints, SINCE } from "../endpoints/executions.ts";
import { parseInput } from "../http/input.ts";
import { readIdempotencyKey } from "../http/request-headers.ts";
import { type Route, route } from "../http/route.ts";

/** Retries executions that failed or were cancelled. */
export function retryRoutes({ executions }: Engine): readonly Route[] {
  return [
    route(executionEndpoints.retryExecution)(async ({ params: { id }, body }, { headers, by }) => {
      const idempotencyKey = readIdempotencyKey(headers) ?? undefined;
      const result = await executions.retry({
        executionId: id,
        by,
        variableForm: "json",
        ...omitUndefined({ ...body, idempotencyKey }),
      });
      return { body: { success: true, ...result } };
    }),
    route(executionEndpoints.retryExecutions)(async ({ params: { id }, body }, { by }) => {
      const { status, since, dryRun } = body;
      const from = readSince(since);
      const asked = { workflowId: id, status, since: from, by, dryRun };
      return { body: { success: true, ...(await executions.retryAll(asked)) } };
    }),
  ];
}

/** @throws {AppError} `input_invalid`. */
function readSince(text: string): number {
  const ago = parseDuration(text);
  if (ago !== null) return Date.now() - ago;
  const isDate = /^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(Date.parse(text));
  return isDate ? Date.parse(text) : parseInput(z.never(SINCE), text, "since");
}
