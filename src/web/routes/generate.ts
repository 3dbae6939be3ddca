import { z } from "zod";
import type { Engine } from "../../engine/api/engine.ts";
import type { Route } from "../http/route.ts";
import { parseInput } from "../http/web-request.ts";

const GenerateBody = z.strictObject({
  description: z.string("must be a text that says what the workflow shall do"),
});

/** Workflows from descriptions. Nothing is deployed here. */
export function generateRoutes(engine: Engine): readonly Route[] {
  return [
    {
      method: "POST",
      path: "/api/workflows/generate",
      handle: async (request) => {
        const body = (await request.readJson()) ?? {};
        const { description } = parseInput(GenerateBody, body, "body");
        const { source } = await engine.drafts.generate(description);
        return { body: { workflow: source } };
      },
    },
  ];
}
