import { z } from "zod";
import type { Engine } from "../../engine/api/engine.ts";
import { EventName } from "../../engine/definition/schema.ts";
import { anyJsonObject } from "../../shared/any-json.ts";
import { AppError } from "../../shared/errors.ts";
import "../../shared/schema-words.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import type { Route, RouteResponse } from "../http/route.ts";
import type { WebRequest } from "../http/web-request.ts";

const Body = z.strictObject({
  name: EventName,
  payload: anyJsonObject().default({}),
  /** Identifies the event: a repeat with the same id is a duplicate. */
  id: z.string().min(1).max(200).optional(),
});

/** Where other systems publish events. */
export function eventRoutes(engine: Engine): readonly Route[] {
  return [{ method: "POST", path: "/api/events", handle: (request) => receive(engine, request) }];
}

/** Responds when the event is durable; waiting executions are woken after that. */
async function receive(engine: Engine, request: WebRequest): Promise<RouteResponse> {
  const { name, payload, id } = parseBody(await request.readJson());
  const { eventId, existed } = await engine.triggers.publish(omitUndefined({ name, payload, id }));
  return { body: { eventId, status: "accepted", ...(existed && { duplicate: true }) } };
}

function parseBody(body: unknown): z.output<typeof Body> {
  const parsed = Body.safeParse(body ?? {});
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => ({
    path: path.join("."),
    message,
    fix: 'Send {"name": "invoice.paid", "payload": {…}, "id": "…"}; payload and id may be left out.',
  }));
  const list = problems.map(({ path, message }) => `${path || "The body"} ${message}`).join("; ");
  throw new AppError({
    code: "input_invalid",
    message: `The event cannot be taken. ${list}.`,
    details: { problems },
  });
}
