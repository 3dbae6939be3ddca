import { endpoints } from "../endpoints/index.ts";
import { operationEndpoints } from "../endpoints/operations.ts";
import { type Route, route } from "../http/route.ts";
import { createOpenApi } from "../open-api/document.ts";

/** The API described in OpenAPI. */
export function openApiRoutes(): readonly Route[] {
  let document: ReturnType<typeof createOpenApi> | undefined;
  return [
    route(operationEndpoints.openApi)(async () => {
      document ??= createOpenApi(Object.values(endpoints));
      return { body: document };
    }),
  ];
}
