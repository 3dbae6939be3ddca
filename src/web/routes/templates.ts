import type { Engine } from "../../engine/api/engine.ts";
import { AppError } from "../../shared/errors.ts";
import { isJsonObject, type JsonObject } from "../../shared/json.ts";
import type { Route } from "../http/route.ts";
import type { WebRequest } from "../http/web-request.ts";

/** The built-in templates, and definitions made from them. Nothing is deployed here. */
export function templateRoutes(engine: Engine): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/api/templates",
      handle: async () => ({ body: { templates: engine.workflows.listTemplates() } }),
    },
    {
      method: "POST",
      path: "/api/templates/:id",
      handle: async (request) => {
        const overrides = await readOverrides(request);
        return {
          body: { workflow: engine.workflows.fromTemplate(request.param("id"), overrides) },
        };
      },
    },
  ];
}

async function readOverrides(request: WebRequest): Promise<JsonObject> {
  const body = await request.readJson();
  if (body === undefined || body === null) return {};
  if (isJsonObject(body)) return body;
  const message = "must be an object of members that replace the template's";
  throw new AppError({
    code: "input_invalid",
    message: `The body ${message}, such as {"name": "Our moderation"}.`,
    details: { problems: [{ path: "", message, fix: 'Send {"name": …}, or nothing.' }] },
  });
}
