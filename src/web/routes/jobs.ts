import type { z } from "zod";
import type { Engine } from "../../engine/api/engine.ts";
import type { BulkTarget, Job } from "../../engine/api/jobs.ts";
import { type Bulk, jobEndpoints } from "../endpoints/jobs.ts";
import { type Route, route } from "../http/route.ts";

/** Cancels, retries and resumes many executions in the background. */
export function jobRoutes({ jobs }: Engine): readonly Route[] {
  return [
    route(jobEndpoints.beginJob)(async ({ body }, { by }) => {
      const { action, dryRun } = body;
      const request = { action, target: targetOf(body), by };
      const preview = await jobs.preview(request);
      const job = dryRun ? null : toJob(await jobs.begin(request));
      return { body: { success: true, dryRun, ...preview, job } };
    }),
    route(jobEndpoints.listJobs)(async (_input, { by }) => ({
      body: { jobs: (await jobs.list(by)).map(toJob) },
    })),
    route(jobEndpoints.getJob)(async ({ params: { id } }, { by }) => ({
      body: toJob(await jobs.get(id, by)),
    })),
    route(jobEndpoints.stopJob)(async ({ params: { id } }, { by }) => ({
      body: { success: true, job: toJob(await jobs.stop(id, by)) },
    })),
  ];
}

function targetOf(wanted: z.output<typeof Bulk>): BulkTarget {
  const { action: _action, dryRun: _dryRun, executionIds, status, ...filter } = wanted;
  if (executionIds !== undefined) return { kind: "runs", executionIds };
  return { kind: "filter", ...filter, ...(status && { statuses: status }) };
}

function toJob({ at, endedAt, stopped, ...job }: Job) {
  return {
    ...{ ...job, at: toMoment(at), endedAt: endedAt === null ? null : toMoment(endedAt) },
    stopped: stopped && { by: stopped.by, at: toMoment(stopped.at) },
  };
}

function toMoment(at: number): string {
  return new Date(at).toISOString();
}
