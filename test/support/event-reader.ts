import { readServerEvents } from "../../src/web/client/server-events.ts";

export interface ReadEvent {
  readonly event: string;
  readonly id: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- the shape is what the tests check
  readonly data: any;
}

/** A stream of server-sent events that a test reads by itself. */
export interface EventReader extends AsyncDisposable {
  readonly status: number;
  readonly headers: Headers;
  /** The next event; `null`: the stream has ended. */
  next(): Promise<ReadEvent | null>;
  /** The events up to the first of this name. @throws {Error} when the stream ends before. */
  upTo(event: string): Promise<readonly ReadEvent[]>;
}

/** Opens a stream at an address. */
export async function readEvents(
  url: string,
  headers: Record<string, string> = {},
): Promise<EventReader> {
  const ended = new AbortController();
  const response = await fetch(url, { headers, signal: ended.signal });
  const events = readServerEvents(response.body ?? new ReadableStream());
  const next = async (): Promise<ReadEvent | null> => {
    const got = await events.next();
    return got.done === true ? null : { ...got.value, data: JSON.parse(got.value.data) };
  };
  return {
    // Kept with its response: Node cancels the body of one that is forgotten before it is read.
    get status() {
      return response.status;
    },
    headers: response.headers,
    next,
    async upTo(event) {
      const read: ReadEvent[] = [];
      for (;;) {
        const got = await next();
        if (got === null) throw new Error(`The stream ended before ${event}.`);
        read.push(got);
        if (got.event === event) return read;
      }
    },
    async [Symbol.asyncDispose]() {
      ended.abort();
      await events.return(undefined).catch(() => undefined);
    },
  };
}
