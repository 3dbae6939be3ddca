import { z } from "zod";
import type { Engine } from "../../engine/api/engine.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { executionEndpoints } from "../endpoints/executions.ts";
import { parseInput } from "../http/input.ts";
import { type Route, route } from "../http/route.ts";

/** Reading, listing and cancelling executions. */
export function executionRoutes({ executions, evaluations }: Engine): readonly Route[] {
  return [
    route(executionEndpoints.listExecutions)(async ({ query }, request) => {
      const { limit, workflowId, status, cursor } = query;
      const labels = labelsIn(request.query);
      const asked = omitUndefined({ limit, workflowId, status, cursor, labels });
      return { body: await executions.list(asked, request.by) };
    }),
    route(executionEndpoints.getExecution)(async ({ params: { id } }, { by }) => ({
      body: await executions.get(id, by),
    })),
    route(executionEndpoints.listSteps)(async ({ params: { id }, query }, { by }) => ({
      body: await executions.listSteps(id, omitUndefined(query), by),
    })),
    route(executionEndpoints.listCalls)(async ({ params: { id }, query: { step } }, { by }) => ({
      body: await evaluations.audit(id, step, by),
    })),
    route(executionEndpoints.cancelExecution)(async ({ params: { id } }, { by }) => {
      await executions.cancel(id, by);
      return { body: { success: true, executionId: id } };
    }),
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
