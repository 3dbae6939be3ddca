import type { Engine } from "../../engine/api/engine.ts";
import type { StartRequest } from "../../engine/api/executions.ts";
import { OPERATOR } from "../../engine/model/actor.ts";
import { executionIdFor } from "../../engine/model/execution-id.ts";
import { AppError, isAppError } from "../../shared/errors.ts";
import { hashJson } from "../../shared/json.ts";
import { readVariablesBody, variablesOf } from "../../shared/variables-body.ts";
import { executionEndpoints } from "../endpoints/executions.ts";
import { bodyLimit } from "../http/body-limit.ts";
import { readIdempotencyKey, readTraceParent } from "../http/request-headers.ts";
import { type Route, route } from "../http/route.ts";
import type { WebRequest } from "../http/web-request.ts";

/** Starting executions. */
export function executeRoutes(engine: Engine): readonly Route[] {
  return [
    route(executionEndpoints.executeWorkflow)(async ({ params: { id } }, request) => ({
      body: await execute(engine, id, request),
    })),
  ];
}

interface Started {
  readonly executionId: string;
  readonly status: "started";
  readonly duplicate?: true;
}

async function execute(engine: Engine, workflowId: string, request: WebRequest): Promise<Started> {
  const given = await readVariables(engine, request);
  const { variables } = given;
  const key = readIdempotencyKey(request.headers);
  const { by } = request;
  const traceparent = readTraceParent(request.headers);
  const trigger = {
    type: "api",
    ...(by !== OPERATOR && { userId: by }),
    ...(traceparent !== null && { traceparent }),
  };
  const start = { workflowId, ...given };
  if (key === null) {
    const { executionId } = await engine.executions.start({ ...start, trigger });
    return { executionId, status: "started" };
  }
  // Keys of different callers are apart.
  const executionId = executionIdFor(workflowId, by === OPERATOR ? key : `${by} ${key}`);
  const bodyHash = hashJson(variables);
  // Read before the start: a repeat must get the first response even if the active version has
  // other inputs by now.
  const repeated = await findRepeat(engine, executionId, bodyHash);
  if (repeated !== null) return repeated;
  const { existed } = await engine.executions.start({
    ...start,
    executionId,
    trigger: { ...trigger, bodyHash },
  });
  const raced = existed ? await findRepeat(engine, executionId, bodyHash) : null;
  return raced ?? { executionId, status: "started" };
}

type Given = Pick<StartRequest, "variables" | "variableForm" | "files">;

async function readVariables({ files }: Engine, request: WebRequest): Promise<Given> {
  const type = request.headers["content-type"] ?? "";
  const body = await request.readBody(bodyLimit(type, files.maxBytes));
  const brought = await readVariablesBody(body, type, "refuse");
  const variables = variablesOf(brought);
  if (variables) return { variables, variableForm: brought.form, files: brought.files };
  const message = "must be an object of variables";
  throw new AppError({
    code: "input_invalid",
    message: `The body ${message}, such as {"amount": 640}.`,
    details: {
      problems: [
        {
          path: "",
          message,
          fix: 'Send {"name": value, …}, a form (name=value&…, or multipart/form-data with files), or nothing.',
        },
      ],
    },
  });
}

/** @throws {AppError} `key_reused` when the key began an execution with other variables. */
async function findRepeat(
  engine: Engine,
  executionId: string,
  bodyHash: string,
): Promise<Started | null> {
  try {
    const { trigger } = await engine.executions.get(executionId);
    if (trigger.bodyHash !== undefined && trigger.bodyHash !== bodyHash)
      throw keyReused(executionId);
    return { executionId, status: "started", duplicate: true };
  } catch (error) {
    if (isAppError(error, "execution_not_found")) return null;
    throw error;
  }
}

function keyReused(executionId: string): AppError {
  return new AppError({
    code: "key_reused",
    message: `This Idempotency-Key began ${executionId} with other variables. Nothing was started: use a new key.`,
  });
}
