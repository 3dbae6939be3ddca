import type { Engine } from "../../engine/api/engine.ts";
import { OPERATOR } from "../../engine/model/actor.ts";
import type { Route, RouteResponse } from "../http/route.ts";
import type { WebRequest } from "../http/web-request.ts";

/** Pauses and resumes the runs of one workflow, or all runs. */
export function pauseRoutes(engine: Engine): readonly Route[] {
  return [
    {
      method: "POST",
      path: "/api/workflows/:id/pause",
      handle: (request) => pause(engine, request, request.param("id")),
    },
    {
      method: "POST",
      path: "/api/workflows/:id/resume",
      handle: (request) => resume(engine, request, request.param("id")),
    },
    { method: "POST", path: "/api/pause", handle: (request) => pause(engine, request, null) },
    { method: "POST", path: "/api/resume", handle: (request) => resume(engine, request, null) },
  ];
}

async function pause(
  engine: Engine,
  request: WebRequest,
  workflowId: string | null,
): Promise<RouteResponse> {
  await request.readJson();
  await engine.workflows.pause(workflowId, OPERATOR);
  return { body: { success: true, ...(workflowId !== null && { workflowId }), paused: true } };
}

async function resume(
  engine: Engine,
  request: WebRequest,
  workflowId: string | null,
): Promise<RouteResponse> {
  await request.readJson();
  const wasPaused = await engine.workflows.resume(workflowId, OPERATOR);
  const paused = engine.workflows.pauseOf(workflowId) !== null;
  return { body: { success: true, ...(workflowId !== null && { workflowId }), wasPaused, paused } };
}
