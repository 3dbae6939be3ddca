import type { ServerResponse } from "node:http";
import { AppError } from "../../shared/errors.ts";

/** Streams that one caller may have open: a person with several pages, some programs under one token. */
const MAX_OF_CALLER = 20;
/** Streams of all callers: they keep connections, of which others need some, too. */
const MAX_OF_ALL = 500;

/** Something is sent so often, since what is silent is cut: by us after 30 s, by nginx after 60. */
const KEEP_ALIVE_MS = 10_000;

export interface OpenStreamsOptions {
  /** Milliseconds of silence after which something is sent. @default 10000 */
  readonly keepAliveMs?: number | undefined;
}

export interface OpenStream {
  /** Aborts when the response is closed, or all streams are. */
  readonly signal: AbortSignal;
  readonly keepAliveMs: number;
}

/** Answers that last until their caller closes them. */
export class OpenStreams {
  readonly #keepAliveMs: number;
  readonly #open = new Map<string, number>();
  readonly #stopping = new AbortController();
  #count = 0;

  constructor({ keepAliveMs = KEEP_ALIVE_MS }: OpenStreamsOptions = {}) {
    this.#keepAliveMs = keepAliveMs;
  }

  /**
   * Counts a stream until its response is closed.
   *
   * @param caller - whose stream it is. @throws {AppError} `rate_limited` when there are too many.
   */
  open(caller: string, response: ServerResponse): OpenStream {
    const own = this.#open.get(caller) ?? 0;
    if (own >= MAX_OF_CALLER || this.#count >= MAX_OF_ALL) throw tooMany(own >= MAX_OF_CALLER);
    this.#open.set(caller, own + 1);
    this.#count += 1;
    const closed = new AbortController();
    response.once("close", () => {
      this.#free(caller);
      closed.abort();
    });
    const signal = AbortSignal.any([closed.signal, this.#stopping.signal]);
    return { signal, keepAliveMs: this.#keepAliveMs };
  }

  /** Ends all that are open, and those that will be. */
  close(): void {
    this.#stopping.abort();
  }

  #free(caller: string): void {
    const left = (this.#open.get(caller) ?? 1) - 1;
    if (left === 0) this.#open.delete(caller);
    else this.#open.set(caller, left);
    this.#count -= 1;
  }
}

function tooMany(isOwn: boolean): AppError {
  return new AppError({
    code: "rate_limited",
    message: isOwn
      ? `You have ${MAX_OF_CALLER} streams open, and more are not served. Close one.`
      : `${MAX_OF_ALL} streams are open, and more are not served. Try again later.`,
    retryable: true,
    retryAfterMs: 5000,
  });
}
