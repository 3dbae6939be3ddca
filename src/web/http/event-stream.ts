import { setTimeout } from "node:timers/promises";
import { type AppError, asAppError, isAppError } from "../../shared/errors.ts";
import { EVENT_STREAM } from "./endpoint.ts";
import type { OpenStream } from "./open-streams.ts";
import type { MediaResponse } from "./response.ts";
import type { WebRequest } from "./web-request.ts";

/** One event as it is sent (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export interface SentEvent {
  readonly event: string;
  /** With which a client resumes; absent: the last one stays. */
  readonly id?: number;
  readonly data: unknown;
}

/** After which pause a client connects again by itself. */
const RETRY_MS = 2000;
/** How long a caller that was checked is served without being checked again. */
const CHECKED_MS = 500;

const HEADERS = {
  // Neither kept nor changed on the way: https://html.spec.whatwg.org/multipage/server-sent-events.html#authoring-notes
  "Cache-Control": "no-store, no-transform",
  // nginx sends on what comes at once: https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering
  "X-Accel-Buffering": "no",
} as const;

/**
 * Answers with server-sent events. The first of them is awaited: a refusal until then is an answer of its own. One that comes later is
 * sent as an event `end` with its `error` and `code`; any other fault closes the connection, and the client resumes.
 *
 * @param start - begins the events; what it is given aborts when the caller has gone or the server stops.
 * @throws {AppError} `rate_limited` when the caller has too many streams open, and what the first event fails with.
 */
export async function toEventStream(
  request: WebRequest,
  start: (signal: AbortSignal) => AsyncIterable<SentEvent>,
): Promise<MediaResponse> {
  const stream = request.openStream();
  const events = start(stream.signal)[Symbol.asyncIterator]();
  const first = await events.next();
  if (request.isHead) await events.return?.();
  return {
    headers: HEADERS,
    contentType: `${EVENT_STREAM}; charset=utf-8`,
    parts: request.isHead ? none() : sendAll(request, { events, first, stream }),
  };
}

interface Begun {
  readonly events: AsyncIterator<SentEvent>;
  readonly first: IteratorResult<SentEvent>;
  readonly stream: OpenStream;
}

async function* none(): AsyncGenerator<string> {}

async function* sendAll(
  { assertGood }: WebRequest,
  { events, first, stream }: Begun,
): AsyncGenerator<string> {
  yield `retry: ${RETRY_MS}\n\n`;
  let checkedAt = performance.now();
  let next = Promise.resolve(first);
  try {
    while (!stream.signal.aborted) {
      const got = await beforeSilence(next, stream);
      if (performance.now() - checkedAt > CHECKED_MS) {
        await assertGood();
        checkedAt = performance.now();
      }
      if (got === null) {
        yield ":\n\n";
        continue;
      }
      if (got.done === true) return;
      yield format(got.value);
      next = events.next();
    }
  } catch (error) {
    yield format(toEnd(asAppError(error)));
  } finally {
    // What is under way ends by the signal.
    next.catch(() => undefined);
    void events.return?.().catch(() => undefined);
  }
}

/** @returns `null`: nothing has come for so long that something must be sent. */
async function beforeSilence<T>(
  next: Promise<T>,
  { signal, keepAliveMs }: OpenStream,
): Promise<T | null> {
  const ended = new AbortController();
  try {
    const options = { signal: AbortSignal.any([signal, ended.signal]), ref: false };
    const silence = setTimeout(keepAliveMs, null, options).catch(() => null);
    return await Promise.race([next, silence]);
  } finally {
    ended.abort();
  }
}

/** What a client has to know, so that it does not try again. @throws every other error: the client resumes. */
function toEnd(error: AppError): SentEvent {
  const isFinal = (["not_allowed", "token_invalid", "execution_not_found"] as const).some((code) =>
    isAppError(error, code),
  );
  if (!isFinal) throw error;
  return { event: "end", data: { error: error.message, code: error.code } };
}

function format({ event, id, data }: SentEvent): string {
  const line = id === undefined ? "" : `id: ${id}\n`;
  return `${line}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
