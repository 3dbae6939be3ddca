import type { Engine } from "../../engine/api/engine.ts";
import { templateEndpoints } from "../endpoints/workflows.ts";
import { type Route, route } from "../http/route.ts";

/** The built-in templates, and definitions made from them. Nothing is deployed here. */
export function templateRoutes({ workflows }: Engine): readonly Route[] {
  return [
    route(templateEndpoints.listTemplates)(async () => ({
      body: { templates: workflows.listTemplates() },
    })),
    route(templateEndpoints.instantiateTemplate)(async ({ params: { id }, body }) => ({
      body: { workflow: workflows.fromTemplate(id, body) },
    })),
  ];
}
