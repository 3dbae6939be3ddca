import type { IncomingHttpHeaders } from "node:http";
import type { Engine } from "../../engine/api/engine.ts";
import { bodyLimit } from "../http/body-limit.ts";
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

/** Answers when the start is durable and before the work begins: senders give up soon. */
async function receive(engine: Engine, request: WebRequest): Promise<RouteResponse> {
  const head = {
    path: request.path,
    query: request.query.toString(),
    isLocal: request.isLocal,
    headers: firstValues(request.headers),
  };
  const admit = (isProven: boolean) => request.admit(`webhook ${request.path}`, isProven);
  const { isOpen } = await engine.triggers.checkWebhook(head);
  if (isOpen) admit(false);
  const { executionId, duplicate } = await engine.triggers.receiveWebhook({
    ...head,
    body: await request.readBody(
      bodyLimit(head.headers["content-type"] ?? "", engine.files.maxBytes),
    ),
    ...(!isOpen && { onProven: () => admit(true) }),
  });
  return { body: { executionId, status: "started", ...(duplicate && { duplicate }) } };
}

function firstValues(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      const first = Array.isArray(value) ? value[0] : value;
      return first === undefined ? [] : [[name, first]];
    }),
  );
}
