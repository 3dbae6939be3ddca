import type { Engine } from "../../engine/api/engine.ts";
import type { RunMessage, RunsMessage } from "../../engine/api/streams.ts";
import { LastRevision, streamEndpoints } from "../endpoints/streams.ts";
import { type SentEvent, toEventStream } from "../http/event-stream.ts";
import { parseInput } from "../http/input.ts";
import { type Route, route } from "../http/route.ts";
import type { WebRequest } from "../http/web-request.ts";
import { toFilter } from "./executions.ts";

/** What happens in executions, as server-sent events. */
export function streamRoutes({ streams }: Engine): readonly Route[] {
  return [
    route(streamEndpoints.watchExecutions)(({ query }, request) => {
      const filter = toFilter(query, request.query);
      return toEventStream(request, (signal) =>
        mapped(streams.watch(filter, request.by, signal), runsEvent),
      );
    }),
    route(streamEndpoints.followExecution)(({ params: { id }, query }, request) => {
      const after = lastEventId(request) ?? query.after ?? -1;
      return toEventStream(request, (signal) =>
        mapped(streams.follow(id, after, request.by, signal), runEvent),
      );
    }),
  ];
}

/** What a client that connects again has got. It wins over the address, which stays the one of its first connection. */
function lastEventId({ headers }: WebRequest): number | undefined {
  const value = headers["last-event-id"];
  if (value === undefined || value === "") return undefined;
  return parseInput(LastRevision, value, "Last-Event-ID");
}

async function* mapped<T>(
  messages: AsyncIterable<T>,
  map: (message: T) => SentEvent,
): AsyncGenerator<SentEvent> {
  for await (const message of messages) yield map(message);
}

function runEvent(message: RunMessage): SentEvent {
  switch (message.kind) {
    case "change":
      return { event: "change", id: message.change.rev, data: message.change };
    case "state":
      return { event: "state", data: message.state };
    case "end":
      return { event: "end", data: { state: message.state ?? null } };
  }
}

function runsEvent(message: RunsMessage): SentEvent {
  return message.kind === "ready"
    ? { event: "ready", data: {} }
    : { event: "run", data: message.run };
}
