import type { Engine } from "../../engine/api/engine.ts";
import { workflowEndpoints } from "../endpoints/workflows.ts";
import { type Route, route } from "../http/route.ts";

/** Workflows from descriptions. Nothing is deployed here. */
export function generateRoutes({ drafts }: Engine): readonly Route[] {
  return [
    route(workflowEndpoints.generateWorkflow)(async ({ body: { description } }, { by }) => {
      const { source } = await drafts.generate(description, by);
      return { body: { workflow: source } };
    }),
  ];
}
