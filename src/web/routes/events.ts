import type { z } from "zod";
import type { Engine } from "../../engine/api/engine.ts";
import { OPERATOR } from "../../engine/model/actor.ts";
import { AppError } from "../../shared/errors.ts";
import "../../shared/schema-words.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { eventEndpoints, PublishedEvent } from "../endpoints/records.ts";
import { type Route, route } from "../http/route.ts";

/** Where other systems publish events. Responds when the event is durable; waiting executions are woken after that. */
export function eventRoutes(engine: Engine): readonly Route[] {
  return [
    route(eventEndpoints.publishEvent)(async (_input, request) => {
      if (request.by !== OPERATOR) throw notWithOwnToken();
      const event = parseBody(await request.readJson());
      const { eventId, existed } = await engine.triggers.publish(omitUndefined(event));
      return { body: { eventId, status: "accepted", ...(existed && { duplicate: true }) } };
    }),
  ];
}

/** Events start workflows without asking for a right, so who publishes them is chosen by the operator. */
function notWithOwnToken(): AppError {
  return new AppError({
    code: "not_allowed",
    message:
      "Events are published with API_TOKEN, not with the token of a person: they start workflows without asking who may run them. Start the workflow itself, or ask the operator.",
  });
}

function parseBody(body: unknown): z.output<typeof PublishedEvent> {
  const parsed = PublishedEvent.safeParse(body ?? {});
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
