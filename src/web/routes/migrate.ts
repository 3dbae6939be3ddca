import type { Engine } from "../../engine/api/engine.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { executionEndpoints } from "../endpoints/executions.ts";
import { type Route, route } from "../http/route.ts";

/** Moves a waiting execution to another version of its workflow. */
export function migrateRoutes({ executions }: Engine): readonly Route[] {
  return [
    route(executionEndpoints.migrateExecution)(
      async ({ params: { id }, body: { version } }, { by }) => {
        const result = await executions.migrate(omitUndefined({ executionId: id, by, version }));
        return { body: { success: true, ...result } };
      },
    ),
  ];
}
