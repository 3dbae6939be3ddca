import type { Clock } from "../../engine/ports/clock.ts";

/** How fast calls of one kind may go: `capacity` calls at once, then `perSecond`. */
export interface Rate {
  readonly capacity: number;
  readonly perSecond: number;
}

/** Slack allows `chat.update` about 50 times a minute in a workspace (https://docs.slack.dev/apis/web-api/rate-limits, tier 3). */
export const UPDATE_RATE: Rate = { capacity: 20, perSecond: 50 / 60 };
/** Slack allows `chat.postMessage` about once a second in a channel, with a short burst. */
export const POST_RATE: Rate = { capacity: 5, perSecond: 1 };

export interface Ticket {
  /** A token of each of these is needed. */
  readonly keys: readonly string[];
  /** Lower goes first; among equals the older `since`. */
  readonly rank: number;
  readonly since: number;
  /** Not before this moment. */
  readonly notBefore: number;
  readonly signal: AbortSignal;
}

interface Waiting {
  readonly ticket: Ticket;
  readonly grant: (granted: boolean) => void;
}

interface Bucket {
  tokens: number;
  filledAt: number;
  pausedUntil: number;
}

/** Buckets that are kept; full ones are forgotten first, which changes nothing. */
const MAX_BUCKETS = 2000;

/** Spreads calls over time with token buckets, so that calls stay below Slack's limits. */
export class RateLimiter {
  readonly #clock: Clock;
  readonly #rateOf: (key: string) => Rate;
  readonly #buckets = new Map<string, Bucket>();
  #queue: Waiting[] = [];
  #cancelTimer: (() => void) | null = null;

  constructor(clock: Clock, rateOf: (key: string) => Rate) {
    this.#clock = clock;
    this.#rateOf = rateOf;
  }

  /** Waits for a token of each key and takes it. @returns `false` if the signal came first; nothing is taken then. */
  take(ticket: Ticket): Promise<boolean> {
    if (ticket.signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const leave = (): void => {
        this.#queue = this.#queue.filter((other) => other !== waiting);
        resolve(false);
      };
      const grant = (granted: boolean): void => {
        ticket.signal.removeEventListener("abort", leave);
        resolve(granted);
      };
      const waiting: Waiting = { ticket, grant };
      ticket.signal.addEventListener("abort", leave, { once: true });
      this.#queue.push(waiting);
      this.#queue.sort((a, b) => a.ticket.rank - b.ticket.rank || a.ticket.since - b.ticket.since);
      this.#pump();
    });
  }

  /** Stops calls of a kind for a while, as `Retry-After` demands. */
  pause(key: string, ms: number): void {
    const bucket = this.#bucket(key, this.#clock.now());
    bucket.pausedUntil = Math.max(bucket.pausedUntil, this.#clock.now() + ms);
  }

  #pump(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    const now = this.#clock.now();
    let nextLook = Number.POSITIVE_INFINITY;
    const left: Waiting[] = [];
    const granted: Waiting[] = [];
    for (const waiting of this.#queue) {
      const wait = this.#waitFor(waiting.ticket, now);
      if (wait > 0) {
        nextLook = Math.min(nextLook, wait);
        left.push(waiting);
      } else {
        for (const key of waiting.ticket.keys) this.#bucket(key, now).tokens -= 1;
        granted.push(waiting);
      }
    }
    this.#queue = left;
    if (left.length > 0)
      this.#cancelTimer = this.#clock.after(Math.ceil(nextLook), () => this.#pump());
    for (const waiting of granted) waiting.grant(true);
    this.#forget();
  }

  /** Milliseconds until the ticket could be granted; 0: now. */
  #waitFor(ticket: Ticket, now: number): number {
    let wait = ticket.notBefore - now;
    for (const key of ticket.keys) {
      const bucket = this.#bucket(key, now);
      wait = Math.max(wait, bucket.pausedUntil - now);
      if (bucket.tokens < 1)
        wait = Math.max(wait, ((1 - bucket.tokens) / this.#rateOf(key).perSecond) * 1000);
    }
    return Math.max(wait, 0);
  }

  #bucket(key: string, now: number): Bucket {
    const rate = this.#rateOf(key);
    const bucket = this.#buckets.get(key) ?? {
      tokens: rate.capacity,
      filledAt: now,
      pausedUntil: 0,
    };
    this.#buckets.set(key, bucket);
    const filled = bucket.tokens + ((now - bucket.filledAt) / 1000) * rate.perSecond;
    // Rounding must not leave a bucket a hair below one token when its time has come.
    bucket.tokens = Math.min(rate.capacity, Math.round(filled * 1e6) / 1e6);
    bucket.filledAt = now;
    return bucket;
  }

  #forget(): void {
    if (this.#buckets.size <= MAX_BUCKETS) return;
    const now = this.#clock.now();
    for (const key of [...this.#buckets.keys()]) {
      const bucket = this.#bucket(key, now);
      const isIdle = bucket.tokens >= this.#rateOf(key).capacity && bucket.pausedUntil <= now;
      if (isIdle) this.#buckets.delete(key);
    }
  }
}
