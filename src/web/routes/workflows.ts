import type { Engine } from "../../engine/api/engine.ts";
import { AppError } from "../../shared/errors.ts";
import { type Json, toJson } from "../../shared/json.ts";
import { workflowEndpoints } from "../endpoints/workflows.ts";
import { type Route, route } from "../http/route.ts";
import { isoTimes } from "./triggers.ts";

/** Times of schedules that a deployment is answered with. */
const NEXT_STARTS = 5;

/** Deploying, listing, reading, comparing and activating workflows. */
export function workflowRoutes(engine: Engine): readonly Route[] {
  const { workflows } = engine;
  return [
    route(workflowEndpoints.deployWorkflow)(async ({ body }, { by }) => ({
      body: await deploy(engine, body, by),
    })),
    route(workflowEndpoints.listWorkflows)(async ({ query }) => ({
      body: {
        workflows: (await workflows.list({ archived: query.archived === "true" })).map(
          ({ archived, ...workflow }) => ({
            ...workflow,
            paused: workflows.pauseOf(workflow.id) !== null,
            ...(archived && {
              archived: { by: archived.by, at: new Date(archived.at).toISOString() },
            }),
          }),
        ),
      },
    })),
    route(workflowEndpoints.getWorkflow)(async ({ params: { id }, query }) => {
      const { source, version } = await workflows.get(id, query.version);
      return { body: { ...source, version } };
    }),
    route(workflowEndpoints.listVersions)(async ({ params: { id } }) => ({
      body: { workflowId: id, versions: await workflows.versions(id) },
    })),
    route(workflowEndpoints.diffVersions)(async ({ params: { id }, query: { from, to } }) => ({
      body: { workflowId: id, from, to, ...(await workflows.diff(id, from, to)) },
    })),
    route(workflowEndpoints.activateVersion)(
      async ({ params: { id }, body: { version } }, { by }) => ({
        body: { success: true, ...(await workflows.activate(id, version, by)) },
      }),
    ),
  ];
}

/** @throws {AppError} `definition_invalid` with everything that is wrong with it. */
async function deploy({ workflows, triggers }: Engine, definition: Json | undefined, by: string) {
  if (definition === undefined) {
    throw new AppError({
      code: "json_malformed",
      message: "The body is empty. Send a workflow definition as JSON.",
    });
  }
  const result = await workflows.deploy(definition, { by });
  if (result.deployed) {
    const { workflowId, version, changed, active, warnings } = result;
    const nextStarts = isoTimes(await triggers.upcoming(workflowId, NEXT_STARTS));
    return { success: true as const, workflowId, version, changed, active, warnings, nextStarts };
  }
  const { problems, warnings } = result;
  const [first] = problems;
  const rest = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  throw new AppError({
    code: "definition_invalid",
    message: `The definition was not deployed: ${first?.path || "the definition"}: ${first?.message ?? ""}${rest}`,
    details: { problems: toJson(problems), warnings: toJson(warnings) },
  });
}
