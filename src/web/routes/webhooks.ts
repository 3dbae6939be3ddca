import type { Engine } from "../../engine/api/engine.ts";
import { isJsonObject, type JsonObject } from "../../shared/json.ts";
import { parseJsonBody } from "../http/body.ts";
import type { Route, RouteResponse } from "../http/route.ts";
import type { WebRequest } from "../http/web-request.ts";

/**
 * Where other systems start workflows: every path below `/webhooks/` that an active workflow names.
 */
export function webhookRoutes(engine: Engine): readonly Route[] {
  return [
    {
      method: "POST",
      path: "/webhooks/*",
      checksCallers: true,
      handle: (request) => receive(engine, request),
    },
  ];
}

/** Responds when the start is durable, before the work begins: senders have short time-outs. */
async function receive(engine: Engine, request: WebRequest): Promise<RouteResponse> {
  const body = await request.readBody();
  const { executionId, duplicate } = await engine.triggers.receiveWebhook({
    path: request.path,
    isLocal: request.isLocal,
    body,
    header: (name) => {
      const value = request.headers[name];
      return Array.isArray(value) ? value[0] : value;
    },
    variables: () => readVariables(body, request.headers["content-type"] ?? ""),
  });
  return { body: { executionId, status: "started", ...(duplicate && { duplicate }) } };
}

/** The members of a JSON object or of a form; any other JSON value is the variable `body`. */
function readVariables(body: Buffer, contentType: string): JsonObject {
  if (body.length === 0) return {};
  const text = body.toString("utf8");
  // curl labels every body a form; in a real form a leading brace would be encoded.
  const isForm =
    /^application\/x-www-form-urlencoded\b/i.test(contentType) && !/^\s*[{[]/.test(text);
  if (isForm) return Object.fromEntries(new URLSearchParams(text));
  const value = parseJsonBody(body);
  return isJsonObject(value) ? value : { body: value };
}
