import type { IncomingHttpHeaders } from "node:http";
import type { Engine } from "../../engine/api/engine.ts";
import type { WebhookAnswer, WebhookHead, WebhookReply } from "../../engine/api/triggers.ts";
import { triggerEndpoints } from "../endpoints/executions.ts";
import { bodyLimit } from "../http/body-limit.ts";
import { type Route, route } from "../http/route.ts";
import type { WebRequest } from "../http/web-request.ts";

/**
 * Where other systems start workflows: every path below `/webhooks/` that an active workflow names.
 */
export function webhookRoutes(engine: Engine): readonly Route[] {
  return [
    route(triggerEndpoints.receiveWebhook)(async (_input, request) => {
      const { executionId, duplicate, reply } = await receive(engine, request, "POST");
      if (reply !== undefined || executionId === null) return toResponse(reply ?? NOTHING);
      return { body: { executionId, status: "started", ...(duplicate && { duplicate }) } };
    }),
    route(triggerEndpoints.askWebhook)(async (_input, request) => {
      const { reply } = await receive(engine, request, "GET");
      return toResponse(reply ?? NOTHING);
    }),
  ];
}

const NOTHING: WebhookReply = { status: 204, headers: {}, text: "" };

/** Answers when the start is durable and before the work begins: senders give up soon. */
async function receive(
  engine: Engine,
  request: WebRequest,
  method: "GET" | "POST",
): Promise<WebhookAnswer> {
  const head: WebhookHead = {
    method,
    path: request.path,
    query: request.search,
    isLocal: request.isLocal,
    headers: firstValues(request.headers),
  };
  const { isOpen, path, reply } = await engine.triggers.checkWebhook(head);
  const admit = (isProven: boolean) => request.admit(`webhook ${path}`, isProven);
  if (isOpen) admit(false);
  if (reply !== undefined) return { executionId: null, duplicate: false, reply };
  return engine.triggers.receiveWebhook({
    ...head,
    body: await request.readBody(
      bodyLimit(head.headers["content-type"] ?? "", engine.files.maxBytes),
    ),
    ...(!isOpen && { onProven: () => admit(true) }),
  });
}

function toResponse({ status, headers, text }: WebhookReply) {
  const { "content-type": contentType = "text/plain; charset=utf-8", ...more } = headers;
  return { status, headers: more, text, contentType };
}

function firstValues(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      const first = Array.isArray(value) ? value[0] : value;
      return first === undefined ? [] : [[name, first]];
    }),
  );
}
