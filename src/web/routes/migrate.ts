import { z } from "zod";
import type { Engine } from "../../engine/api/engine.ts";
import type { Route } from "../http/route.ts";
import { parseInput } from "../http/web-request.ts";

const MigrateBody = z.strictObject({ version: z.int().min(1).optional() });

/** Letting waiting executions go on with another version. */
export function migrateRoutes(engine: Engine): readonly Route[] {
  return [
    {
      method: "POST",
      path: "/api/executions/:id/migrate",
      handle: async (request) => {
        const { version } = parseInput(MigrateBody, (await request.readJson()) ?? {}, "body");
        const result = await engine.executions.migrate({
          executionId: request.param("id"),
          by: "api",
          ...(version !== undefined && { version }),
        });
        return { body: { success: true, ...result } };
      },
    },
  ];
}
