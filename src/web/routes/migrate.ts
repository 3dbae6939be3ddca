import { z } from "zod";
import type { Engine } from "../../engine/api/engine.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import type { Route } from "../http/route.ts";
import { parseInput } from "../http/web-request.ts";

const MigrateBody = z.strictObject({ version: z.int().min(1).optional() });

/** Moves a waiting execution to another version of its workflow. */
export function migrateRoutes(engine: Engine): readonly Route[] {
  return [
    {
      method: "POST",
      path: "/api/executions/:id/migrate",
      handle: async (request) => {
        const { version } = parseInput(MigrateBody, (await request.readJson()) ?? {}, "body");
        const result = await engine.executions.migrate(
          omitUndefined({ executionId: request.param("id"), by: "api", version }),
        );
        return { body: { success: true, ...result } };
      },
    },
  ];
}
