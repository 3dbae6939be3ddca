import type { z } from "zod";
import type { RemovalJob, RemovalTarget } from "../../engine/api/data.ts";
import type { Engine } from "../../engine/api/engine.ts";
import { dataEndpoints, type Wanted } from "../endpoints/data.ts";
import { type Route, route } from "../http/route.ts";

/** Takes workflows out of use, and removes runs for good. */
export function dataRoutes({ workflows, data }: Engine): readonly Route[] {
  return [
    route(dataEndpoints.archiveWorkflow)(async ({ params: { id } }, { by }) => {
      const { changed, archived } = await workflows.archive(id, by);
      const { by: archivedBy, at } = archived ?? { by, at: 0 };
      const archivedAt = new Date(at).toISOString();
      return { body: { success: true, workflowId: id, changed, archivedBy, archivedAt } };
    }),
    route(dataEndpoints.unarchiveWorkflow)(async ({ params: { id } }, { by }) => {
      const wasArchived = await workflows.unarchive(id, by);
      return { body: { success: true, workflowId: id, wasArchived } };
    }),
    route(dataEndpoints.removeExecutions)(async ({ body }, { by }) => {
      const target = targetOf(body);
      const { dryRun } = body;
      const preview = await data.preview(target, by);
      const removal = dryRun ? null : toRemoval(await data.remove(target, by));
      return { body: { success: true, dryRun, ...preview, removal } };
    }),
    route(dataEndpoints.removeExecution)(async ({ params: { id } }, { by }) => {
      const removal = await data.remove({ kind: "runs", executionIds: [id] }, by);
      return { body: { success: true, executionId: id, removal: toRemoval(removal) } };
    }),
    route(dataEndpoints.listRemovals)(async (_input, { by }) => ({
      body: { removals: (await data.listRemovals(by)).map(toRemoval) },
    })),
  ];
}

function targetOf(wanted: z.output<typeof Wanted>): RemovalTarget {
  const { executionIds, person, endedBefore, dryRun: _dryRun, ...filter } = wanted;
  if (executionIds !== undefined) return { kind: "runs", executionIds };
  if (person !== undefined) return { kind: "person", userId: person };
  if (endedBefore === undefined) return { kind: "filter", ...filter };
  return { kind: "filter", ...filter, endedBefore: Date.parse(endedBefore) };
}

function toRemoval({ id, by, at, removed, kept, endedAt }: RemovalJob) {
  return {
    ...{ id, by, removed, kept, at: new Date(at).toISOString() },
    endedAt: endedAt === null ? null : new Date(endedAt).toISOString(),
  };
}
