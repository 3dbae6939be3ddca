import { z } from "zod";
import type { Engine } from "../../../engine/api/engine.ts";
import type { ExecutionPage } from "../../../engine/api/executions.ts";
import { isAppError } from "../../../shared/errors.ts";
import { isUserId } from "../../../shared/slack-ids.ts";
import { ById, NoParams, NoQuery } from "../../endpoints/parts.ts";
import type { Route } from "../../http/route.ts";
import { type ConsoleParts, formAt, type PageRequest, pageAt } from "../page-route.ts";
import { readNames } from "../people.ts";
import { RUNS_SHOWN, type RunFilters, readFilters, runsPath, toQuery } from "./filters.ts";
import { jobPage } from "./job-page.ts";
import { runsPage } from "./list-page.ts";

const BulkFields = z.object({
  do: z.enum(["retry", "cancel"]),
  back: z.string().max(4000).default("/runs"),
  run: z
    .union([z.string(), z.array(z.string()).max(RUNS_SHOWN)])
    .transform((ids) => [ids].flat())
    .default([]),
});

/** The list of runs: filters, search, and what is done to several at once. */
export function runsRoutes(parts: ConsoleParts): readonly Route[] {
  const { engine } = parts;
  return [
    pageAt(
      parts,
      { id: "runsPage", path: "/runs", params: NoParams, query: z.object({}).catchall(z.string()) },
      async (_input, asked) => {
        const wanted = asked.request.query.get("q")?.trim() ?? "";
        if (wanted === "") return showRuns(engine, asked);
        const to = await find(engine, wanted);
        return to === null ? showRuns(engine, asked, wanted) : { to };
      },
    ),
    formAt(
      parts,
      { id: "bulkRuns", path: "/runs/bulk", params: NoParams, fields: BulkFields },
      async ({ fields }, asked) => {
        const back = fields.back.startsWith("/runs") ? fields.back : "/runs";
        if (fields.run.length === 0) return { to: back };
        const { id } = await engine.jobs.begin({
          action: fields.do,
          target: { kind: "runs", executionIds: fields.run },
          by: asked.viewer.by,
        });
        return { to: `/runs/jobs/${encodeURIComponent(id)}` };
      },
    ),
    pageAt(
      parts,
      { id: "jobPage", path: "/runs/jobs/:id", params: ById, query: NoQuery },
      async ({ params: { id } }, { viewer, formToken }) =>
        jobPage({ job: await engine.jobs.get(id, viewer.by), formToken, now: Date.now() }),
    ),
    formAt(
      parts,
      { id: "stopJob", path: "/runs/jobs/:id/stop", params: ById, fields: z.object({}) },
      async ({ params: { id } }, { viewer }) => {
        await engine.jobs.stop(id, viewer.by);
        return { to: `/runs/jobs/${encodeURIComponent(id)}` };
      },
    ),
  ];
}

async function showRuns(
  engine: Engine,
  { viewer, formToken, request }: PageRequest,
  notFound?: string,
) {
  const asked = readFilters(request.query);
  const [workflows, { page, filters }] = await Promise.all([
    engine.workflows.list({ archived: true }),
    readRuns(engine, asked, viewer.by),
  ]);
  const names = await readNames(
    engine,
    page.executions.map(({ startedBy }) => startedBy),
  );
  return runsPage({
    ...{ filters, page, names, formToken, now: Date.now() },
    workflows,
    mayChange: viewer.may("run"),
    self: isUserId(viewer.by) ? viewer.by : null,
    ...(notFound !== undefined && { notFound }),
  });
}

/** A filter that fits nothing there is, is no error of the page: it says so, and shows nothing. */
async function readRuns(
  engine: Engine,
  filters: RunFilters,
  by: string,
): Promise<{ readonly page: ExecutionPage; readonly filters: RunFilters }> {
  const none = { executions: [], nextCursor: null };
  if (filters.problems.length > 0) return { page: none, filters };
  try {
    return { page: await engine.executions.list(toQuery(filters), by), filters };
  } catch (error) {
    const isAsked = isAppError(error, "input_invalid") || isAppError(error, "workflow_not_found");
    if (!isAsked) throw error;
    return { page: none, filters: { ...filters, problems: [error.message] } };
  }
}

/** Where a search leads: to the run with this beginning of its id, or to the runs of the workflow with this name. */
async function find({ executions, workflows }: Engine, wanted: string): Promise<string | null> {
  if (/^(?:exec_)?[\w-]{3,}$/.test(wanted)) {
    try {
      return `/runs/${encodeURIComponent(await executions.resolveId(wanted))}`;
    } catch (error) {
      if (!isAppError(error, "execution_not_found")) throw error;
    }
  }
  const text = wanted.toLowerCase();
  const all = await workflows.list({ archived: true });
  const fitting = all.find(({ id, name }) => [id, name].some((own) => own.toLowerCase() === text));
  const near = all.find(({ id, name }) =>
    [id, name].some((own) => own.toLowerCase().includes(text)),
  );
  const found = fitting ?? near;
  return found === undefined ? null : runsPath({ workflow: found.id });
}
