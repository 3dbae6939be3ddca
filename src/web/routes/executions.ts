import { z } from "zod";
import type { Engine } from "../../engine/api/engine.ts";
import type { ExecutionQuery } from "../../engine/api/executions.ts";
import type { RunFilter } from "../../engine/api/streams.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { executionEndpoints, type runFilter } from "../endpoints/executions.ts";
import { parseInput } from "../http/input.ts";
import { type Route, route } from "../http/route.ts";

/** Reading, listing and cancelling executions. */
export function executionRoutes({ executions, evaluations }: Engine): readonly Route[] {
  return [
    route(executionEndpoints.listExecutions)(async ({ query }, request) => {
      return { body: await executions.list(toQuery(query, request.query), request.by) };
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

type Asked = z.output<typeof executionEndpoints.listExecutions.query>;

/** What the query asks for. @throws {AppError} `input_invalid`. */
function toQuery(asked: Asked, query: URLSearchParams): ExecutionQuery {
  const { limit, cursor, workflowId, status, version, startedBy } = asked;
  const { startedFrom, startedBefore, endedFrom, endedBefore } = asked;
  const inputs = namedIn(query, "input");
  if (inputs !== undefined && workflowId === undefined)
    parseInput(z.never("is needed beside input."), "", "workflowId");
  const [first, ...more] = status ?? [];
  return {
    ...omitUndefined({ limit, cursor, workflowId, version, startedBy, inputs }),
    ...omitUndefined({ startedFrom, startedBefore, endedFrom, endedBefore }),
    ...omitUndefined({ labels: namedIn(query, "label") }),
    ...(more.length > 0 ? { statuses: status ?? [] } : omitUndefined({ status: first })),
    isBounded: true,
  };
}

/** Which executions are watched. @throws {AppError} `input_invalid`, also for a filter that only a list has. */
export function toFilter(
  { workflowId, status, version, startedBy }: z.output<ReturnType<typeof runFilter>>,
  query: URLSearchParams,
): RunFilter {
  const unknown = [...query.keys()].find((name) => name.startsWith("input."));
  if (unknown !== undefined)
    parseInput(z.never("is a filter of the list, and not of what is watched"), "", unknown);
  const labels = namedIn(query, "label");
  return omitUndefined({ workflowId, version, startedBy, labels, statuses: status });
}

/** What is asked of values with names. A filter that is not understood must not be left out. */
const NAME = /^[a-z]+\.[A-Za-z_][A-Za-z0-9_-]{0,63}$/;
const EXAMPLES = { label: "label.customer", input: "input.amount" } as const;

/** `label.<name>=<value>`, `input.<name>=<value>`. @throws {AppError} `input_invalid`. */
function namedIn(
  query: URLSearchParams,
  kind: keyof typeof EXAMPLES,
): Record<string, string> | undefined {
  const message = `must be ${kind}. and the name of ${kind === "label" ? "a label" : "an input"}, such as ${EXAMPLES[kind]}`;
  const Named = z.record(z.string(), z.string()).superRefine((named, context) => {
    for (const key of Object.keys(named))
      if (!NAME.test(key)) context.addIssue({ code: "custom", path: [key], message });
  });
  const asked = Object.fromEntries([...query].filter(([key]) => key.startsWith(`${kind}.`)));
  const named = Object.entries(parseInput(Named, asked, "query"));
  if (named.length === 0) return undefined;
  return Object.fromEntries(named.map(([key, value]) => [key.slice(kind.length + 1), value]));
}
