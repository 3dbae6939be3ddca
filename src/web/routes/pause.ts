import type { Engine } from "../../engine/api/engine.ts";
import { pauseEndpoints } from "../endpoints/workflows.ts";
import { type Route, route } from "../http/route.ts";

/** Pauses and resumes the runs of one workflow, or all runs. */
export function pauseRoutes({ workflows }: Engine): readonly Route[] {
  const resume = async (workflowId: string | null, by: string) => {
    const wasPaused = await workflows.resume(workflowId, by);
    return { wasPaused, paused: workflows.pauseOf(workflowId) !== null };
  };
  return [
    route(pauseEndpoints.pauseWorkflow)(async ({ params: { id } }, { by }) => {
      await workflows.pause(id, by);
      return { body: { success: true, workflowId: id, paused: true } };
    }),
    route(pauseEndpoints.resumeWorkflow)(async ({ params: { id } }, { by }) => ({
      body: { success: true, workflowId: id, ...(await resume(id, by)) },
    })),
    route(pauseEndpoints.pauseAll)(async (_input, { by }) => {
      await workflows.pause(null, by);
      return { body: { success: true, paused: true } };
    }),
    route(pauseEndpoints.resumeAll)(async (_input, { by }) => ({
      body: { success: true, ...(await resume(null, by)) },
    })),
  ];
}
