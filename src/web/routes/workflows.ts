import { z } from "zod";
import type { Engine } from "../../engine/api/engine.ts";
import { AppError } from "../../shared/errors.ts";
import type { Route, RouteResponse } from "../http/route.ts";
import { parseInput, queryObject, type WebRequest } from "../http/web-request.ts";

const VERSION = "must be a whole number from 1";
const Version = z.int(VERSION).min(1, VERSION);
const ActivateBody = z.strictObject({ version: Version });
const GivenVersion = z.coerce.number(VERSION).pipe(Version);
const GetQuery = z.object({ version: GivenVersion.optional() });
const DiffQuery = z.object({ from: GivenVersion, to: GivenVersion });

/** Recorded author of changes that come through the API. */
const BY = "api";

/** Deploying, listing, reading, comparing and activating workflows. */
export function workflowRoutes(engine: Engine): readonly Route[] {
  return [
    { method: "POST", path: "/api/workflows", handle: (request) => deploy(engine, request) },
    {
      method: "GET",
      path: "/api/workflows",
      handle: () => list(engine),
    },
    {
      method: "GET",
      path: "/api/workflows/:id",
      handle: (request) => getWorkflow(engine, request),
    },
    {
      method: "GET",
      path: "/api/workflows/:id/versions",
      handle: (request) => listVersions(engine, request),
    },
    {
      method: "GET",
      path: "/api/workflows/:id/diff",
      handle: (request) => diff(engine, request),
    },
    {
      method: "POST",
      path: "/api/workflows/:id/activate",
      handle: (request) => activate(engine, request),
    },
  ];
}

async function deploy(engine: Engine, request: WebRequest): Promise<RouteResponse> {
  const definition = await request.readJson();
  if (definition === undefined) {
    throw new AppError({
      code: "json_malformed",
      message: "The body is empty. Send a workflow definition as JSON.",
    });
  }
  const result = await engine.workflows.deploy(definition, { by: BY });
  if (result.deployed) {
    const { workflowId, version, changed, active, warnings } = result;
    return { body: { success: true, workflowId, version, changed, active, warnings } };
  }
  const { problems, warnings } = result;
  const [first] = problems;
  const rest = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  const error = `The definition was not deployed: ${first?.path || "the definition"}: ${first?.message ?? ""}${rest}`;
  return { status: 400, body: { error, code: "definition_invalid", problems, warnings } };
}

async function list(engine: Engine): Promise<RouteResponse> {
  const workflows = (await engine.workflows.list()).map((workflow) => ({
    ...workflow,
    paused: engine.workflows.pauseOf(workflow.id) !== null,
  }));
  return { body: { workflows } };
}

async function getWorkflow(engine: Engine, request: WebRequest): Promise<RouteResponse> {
  const { version } = parseInput(GetQuery, queryObject(request.query), "query");
  const workflow = await engine.workflows.get(request.param("id"), version);
  return { body: { ...workflow.source, version: workflow.version } };
}

async function listVersions(engine: Engine, request: WebRequest): Promise<RouteResponse> {
  const workflowId = request.param("id");
  return { body: { workflowId, versions: await engine.workflows.versions(workflowId) } };
}

async function diff(engine: Engine, request: WebRequest): Promise<RouteResponse> {
  const workflowId = request.param("id");
  const { from, to } = parseInput(DiffQuery, queryObject(request.query), "query");
  return { body: { workflowId, from, to, ...(await engine.workflows.diff(workflowId, from, to)) } };
}

async function activate(engine: Engine, request: WebRequest): Promise<RouteResponse> {
  const workflowId = request.param("id");
  const { version } = parseInput(ActivateBody, await request.readJson(), "body");
  return { body: { success: true, ...(await engine.workflows.activate(workflowId, version, BY)) } };
}
