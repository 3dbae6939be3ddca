import type { Engine } from "../../engine/api/engine.ts";
import { OPERATOR } from "../../engine/model/actor.ts";
import { pauseEndpoints } from "../endpoints/workflows.ts";
import { type Route, route } from "../http/route.ts";

/** Pauses and resumes the runs of one workflow, or all runs. */
export function pauseRoutes({ workflows }: Engine): readonly Route[] {
  const resume = async (workflowId: string | null) => {
    const wasPaused = await workflows.resume(workflowId, OPERATOR);
    return { wasPaused, paused: workflows.pauseOf(workflowId) !== null };
  };
  return [
    route(pauseEndpoints.pauseWorkflow)(async ({ params: { id } }) => {
      await workflows.pause(id, OPERATOR);
      return { body: { success: true, workflowId: id, paused: true } };
    }),
    route(pauseEndpoints.resumeWorkflow)(async ({ params: { id } }) => ({
      body: { success: true, workflowId: id, ...(await resume(id)) },
    })),
    route(pauseEndpoints.pauseAll)(async () => {
      await workflows.pause(null, OPERATOR);
      return { body: { success: true, paused: true } };
    }),
    route(pauseEndpoints.resumeAll)(async () => ({
      body: { success: true, ...(await resume(null)) },
    })),
  ];
}
