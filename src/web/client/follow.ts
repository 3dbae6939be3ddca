import { setTimeout } from "node:timers/promises";
import { z } from "zod";
import { type AppError, asAppError, isAppError } from "../../shared/errors.ts";
import { readJson } from "../../shared/read-json.ts";
import type { Events } from "../http/endpoint.ts";
import { notUnderstood } from "./client-errors.ts";
import { readServerEvents, type ServerEvent } from "./server-events.ts";

/** The bot sends something at least every 15 seconds: a connection that is silent for longer is dead. */
const SILENCE_MS = 35_000;
/** Unless the bot says another pause. */
const PAUSE_MS = 2000;
/** Connections in a row that brought no event before it is given up. */
const MAX_EMPTY = 10;

/** One of the events that a stream declares. */
export type EventOf<Sent extends Events> = {
  readonly [Name in keyof Sent & string]: {
    readonly event: Name;
    /** With which the stream is resumed; empty: none was sent yet. */
    readonly id: string;
    readonly data: z.output<Sent[Name]>;
  };
}[keyof Sent & string];

export interface Followed {
  readonly signal: AbortSignal;
  /** Opens the stream after an event; empty: from where it was asked for. */
  readonly open: (lastId: string, signal: AbortSignal) => Promise<Response>;
}

/**
 * Reads the events of a stream and resumes it when its connection breaks.
 *
 * @yields each declared event, until `end`.
 */
export async function* follow<Sent extends Events>(
  declared: Sent,
  { signal, open }: Followed,
): AsyncGenerator<EventOf<Sent>> {
  let lastId = "";
  let pauseMs = PAUSE_MS;
  for (let empty = 0; !signal.aborted; ) {
    let failure: AppError | null = null;
    empty += 1;
    try {
      const onRetry = (ms: number): void => {
        pauseMs = ms;
      };
      for await (const event of connected(lastId, { signal, open }, onRetry)) {
        lastId = event.id;
        const known = declaredEvent(declared, event);
        if (known === null) continue;
        empty = 0;
        yield known;
        if (known.event === "end") return;
      }
    } catch (error) {
      if (signal.aborted) return;
      failure = asAppError(error);
      // Refused, or not understood: a repeat would end in the same way.
      if (failure.details["status"] !== 0 && isAppError(error)) throw failure;
    }
    if (failure !== null && empty >= MAX_EMPTY) throw failure;
    await setTimeout(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}

/**
 * The events of one connection, as long as something comes.
 *
 * @yields each event, with the last id that was sent.
 */
async function* connected(
  lastId: string,
  { signal, open }: Followed,
  onRetry: (ms: number) => void,
): AsyncGenerator<ServerEvent> {
  const silent = new AbortController();
  const watchdog = globalThis.setTimeout(() => silent.abort(), SILENCE_MS);
  try {
    const response = await open(lastId, AbortSignal.any([signal, silent.signal]));
    const bytes = (response.body ?? new ReadableStream<Uint8Array>()).pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform: (part, controller) => {
          watchdog.refresh();
          controller.enqueue(part);
        },
      }),
    );
    for await (const event of readServerEvents(bytes, onRetry))
      yield event.id === "" ? { ...event, id: lastId } : event;
  } finally {
    clearTimeout(watchdog);
    silent.abort();
  }
}

/** @returns `null`: this version does not know it. @throws {AppError} `service_rejected`. */
function declaredEvent<Sent extends Events>(
  declared: Sent,
  { event, id, data }: ServerEvent,
): EventOf<Sent> | null {
  const schema = Object.hasOwn(declared, event) ? declared[event] : undefined;
  if (schema === undefined) return null;
  const parsed = schema.safeParse(readJson(data, "text").value);
  if (!parsed.success) throw notUnderstood(z.prettifyError(parsed.error), {});
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the schema of this name has checked it
  return { event, id, data: parsed.data } as EventOf<Sent>;
}
