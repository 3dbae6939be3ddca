import type { IncomingHttpHeaders } from "node:http";
import type { Engine } from "../../engine/api/engine.ts";
import { triggerEndpoints } from "../endpoints/executions.ts";
import { bodyLimit } from "../http/body-limit.ts";
import { type Route, route } from "../http/route.ts";
import type { WebRequest } from "../http/web-request.ts";

/**
 * Where other systems start workflows: every path below `/webhooks/` that an active workflow names.
 */
export function webhookRoutes(engine: Engine): readonly Route[] {
  return [
    route(triggerEndpoints.receiveWebhook)(async (_input, request) => ({
      body: await receive(engine, request),
    })),
  ];
}

/** Answers when the start is durable and before the work begins: senders give up soon. */
async function receive(engine: Engine, request: WebRequest) {
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
  return { executionId, status: "started" as const, ...(duplicate && { duplicate }) };
}

function firstValues(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      const first = Array.isArray(value) ? value[0] : value;
      return first === undefined ? [] : [[name, first]];
    }),
  );
}
