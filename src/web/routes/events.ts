import type { z } from "zod";
import type { Engine } from "../../engine/api/engine.ts";
import { OPERATOR } from "../../engine/model/actor.ts";
import { AppError } from "../../shared/errors.ts";
import "../../shared/schema-words.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { eventEndpoints, PublishedEvent } from "../endpoints/records.ts";
import { type Route, route } from "../http/route.ts";

/**
 * Where other systems publish events, and events are found and replayed. Publishing responds when the event is durable; waiting
 * executions are woken after that.
 */
export function eventRoutes(engine: Engine): readonly Route[] {
  return [
    route(eventEndpoints.listEvents)(async ({ query: { name, limit, since } }, { by }) => {
      if (by !== OPERATOR) throw notShown();
      const from = since ?? Date.now() - DAY_MS;
      const events = await engine.triggers.listEvents({ name, limit, since: from });
      return {
        body: { events: events.map((one) => ({ ...one, at: new Date(one.at).toISOString() })) },
      };
    }),
    route(eventEndpoints.replayEvent)(async ({ params, body: { workflowId } }, { by }) => {
      const { id: eventId } = params;
      const { executionId } = await engine.triggers.replay({ eventId, workflowId, by });
      return { body: { executionId, eventId, workflowId } };
    }),
    route(eventEndpoints.publishEvent)(async (_input, request) => {
      if (request.by !== OPERATOR) throw notWithOwnToken();
      const event = parseBody(await request.readJson());
      const { eventId, existed } = await engine.triggers.publish(omitUndefined(event));
      return { body: { eventId, status: "accepted", ...(existed && { duplicate: true }) } };
    }),
  ];
}

const DAY_MS = 86_400_000;

/** Payloads hold what people who may not see it would read. */
function notShown(): AppError {
  return new AppError({
    code: "not_allowed",
    message: "Events are listed with API_TOKEN, not with the token of a person. Ask the operator.",
  });
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
