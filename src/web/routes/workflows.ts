import type { IncomingHttpHeaders } from "node:http";
import type { Engine } from "../../engine/api/engine.ts";
import type { DeployOptions } from "../../engine/api/workflows.ts";
import { AppError, isAppError } from "../../shared/errors.ts";
import { type Json, readOwn, toJson } from "../../shared/json.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { workflowEndpoints } from "../endpoints/workflows.ts";
import { namesTag, readTags, versionTag } from "../http/etag.ts";
import { type Route, route } from "../http/route.ts";
import { isoTimes } from "./triggers.ts";

/** Times of schedules that a deployment is answered with. */
const NEXT_STARTS = 5;

/** Deploying, listing, reading, comparing and activating workflows. */
export function workflowRoutes(engine: Engine): readonly Route[] {
  const { workflows } = engine;
  return [
    route(workflowEndpoints.deployWorkflow)(async ({ body }, { by, headers }) => {
      const onto = await wantedVersion(engine, body, headers);
      return { body: await deploy(engine, body, omitUndefined({ by, onto })) };
    }),
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
    route(workflowEndpoints.getWorkflow)(async ({ params: { id }, query }, request) => {
      const { source, version } = await workflows.get(id, query.version);
      const body = { ...source, version };
      const headers = { ETag: versionTag(version, body) };
      return namesTag(request.headers["if-none-match"], headers.ETag)
        ? { status: 304, body: {}, headers }
        : { body, headers };
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

/**
 * The version onto which a request wants to deploy; `null`: there must be none, `undefined`: it does not say.
 *
 * @throws {AppError} `input_invalid` for other headers, `workflow_changed` if none of the tags is that of the active version.
 */
async function wantedVersion(
  { workflows }: Engine,
  definition: Json | undefined,
  headers: IncomingHttpHeaders,
): Promise<number | null | undefined> {
  const none = readTags("If-None-Match", headers["if-none-match"]);
  if (none.length > 0) {
    if (none.join() === "*") return null;
    const message = 'If-None-Match of a deployment must be "*": there must be no such workflow.';
    throw new AppError({ code: "input_invalid", message });
  }
  const tags = readTags("If-Match", headers["if-match"]);
  const id = readOwn(definition, "id");
  if (tags.length === 0 || typeof id !== "string") return undefined;
  const active = await workflows.get(id).catch((error: unknown) => {
    if (isAppError(error, "workflow_not_found")) return null;
    throw error;
  });
  const tag = active && versionTag(active.version, { ...active.source, version: active.version });
  if (active !== null && tags.some((one) => one === "*" || one === tag)) return active.version;
  const found =
    active === null
      ? "there is no such workflow"
      : `version ${active.version} is the active one now`;
  throw new AppError({
    code: "workflow_changed",
    message: `If-Match names another version of "${id}": ${found}. Nothing was deployed: read the workflow again, and decide what of it is to stay.`,
  });
}

/** @throws {AppError} `definition_invalid` with everything that is wrong with it. */
async function deploy(
  { workflows, triggers }: Engine,
  definition: Json | undefined,
  options: DeployOptions,
) {
  if (definition === undefined) {
    throw new AppError({
      code: "json_malformed",
      message: "The body is empty. Send a workflow definition as JSON.",
    });
  }
  const result = await workflows.deploy(definition, options);
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
