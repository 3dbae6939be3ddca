import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen } from "cockatiel";
import type { AppError } from "./errors.ts";
import { sha256 } from "./hash.ts";
import { LruMap } from "./lru-map.ts";

/*
 * A counterpart that does not respond costs every call a time-out, and a counterpart that has just come back does not
 * need all of them at once. After some failures in a row calls are refused without being made; from time to time one is let
 * through as a trial.
 */

/** Failures in a row that open a breaker. */
const FAILURES = 3;

/** Milliseconds until an open breaker lets one call through as a trial. */
const PAUSE_MS = 15_000;

/** A refused call comes back after this part of the outage: what waits for days asks seldom, and hears of the end in time. */
const PART_OF_OUTAGE = 4;
const MAX_WAIT_MS = 5 * 60_000;

/** Breakers in memory: names of counterparts come from definitions and data, which must not exhaust it. */
const MAX_BREAKERS = 1000;

/** Of the hash that names an outage. */
const ID_CHARS = 16;

/** What a failed call says of its counterpart. */
export type Verdict =
  /** It is away: no connection, no answer in time, an answer that says so (5xx). */
  | "outage"
  /** Nothing: the caller stopped the call. */
  | "stopped"
  /** It is there, whatever it answered. */
  | "answered";

export type OutageKind = "model" | "system";

/** A counterpart that is not called for the moment: its circuit breaker is open. */
export interface Outage {
  /** Equal as long as it lasts. */
  readonly id: string;
  readonly kind: OutageKind;
  /** The counterpart as people call it: `The model gpt-4o-mini at api.openai.com`, `api.example.com`. */
  readonly name: string;
  /** When it began; milliseconds since 1970. */
  readonly since: number;
  /** What went wrong the last time: a sentence, without what the counterpart said. */
  readonly lastFailure: string;
}

/** Why a call is not made. */
export interface Refusal {
  /** How many calls in a row failed before. */
  readonly failures: number;
  readonly lastFailure: string;
  /** Milliseconds after which it may be made again. */
  readonly retryAfterMs: number;
}

export interface CircuitBreakersOptions {
  readonly kind: OutageKind;
  /** What went wrong with a call. */
  readonly judge: (error: unknown) => Verdict;
}

/** One call through a breaker. */
export interface GuardedCall<T> {
  /** What fails independently of all else: a host, a database. It may hold secrets; it is not shown. */
  readonly key: string;
  /** The counterpart as people call it. */
  readonly name: string;
  readonly call: () => Promise<T>;
  /** The error of a call that is not made. */
  readonly refused: (refusal: Refusal) => AppError;
}

/** The breakers of one kind of counterpart, in the memory of this process. */
export class CircuitBreakers {
  readonly #kind: OutageKind;
  readonly #judge: (error: unknown) => Verdict;
  readonly #known = new LruMap<string, Breaker>(MAX_BREAKERS);

  constructor({ kind, judge }: CircuitBreakersOptions) {
    this.#kind = kind;
    this.#judge = judge;
  }

  /** @throws what `call` throws, or `refused(…)` if the breaker is open. */
  run<T>({ key, name, call, refused }: GuardedCall<T>): Promise<T> {
    const breaker = this.#known.get(key) ?? new Breaker(name, this.#judge);
    this.#known.set(key, breaker);
    return breaker.run(call, refused);
  }

  outages(): readonly Outage[] {
    return this.#open().map(({ outage }) => outage);
  }

  /** Calls a counterpart again as if it had not failed. @returns whether there was an outage with this id. */
  endOutage(id: string): boolean {
    const found = this.#open().find(({ outage }) => outage.id === id);
    return found !== undefined && this.#known.delete(found.key);
  }

  #open() {
    return this.#known.entries().flatMap(([key, breaker]) => {
      const outage = breaker.outage();
      // The key may hold a secret: a hash stands for it.
      const id = sha256(key).toString("hex").slice(0, ID_CHARS);
      return outage === null ? [] : [{ key, outage: { id, kind: this.#kind, ...outage } }];
    });
  }
}

/**
 * Errors quote what the other side said behind a colon. That may repeat what one run sent, and what is said of an outage is read in
 * other runs and by other people.
 */
function withoutQuotation(message: string): string {
  const [sentence = ""] = message.split(/(?:\. It says)?: /, 1);
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

class Breaker {
  readonly #name: string;
  readonly #judge: (error: unknown) => Verdict;
  readonly #policy;
  /** When the outage began; `null`: there is none. */
  #since: number | null = null;
  #pausedAt = 0;
  #lastFailure = "";

  constructor(name: string, judge: (error: unknown) => Verdict) {
    this.#name = name;
    this.#judge = judge;
    this.#policy = circuitBreaker(
      handleWhen((error) => {
        const verdict = judge(error);
        // A trial that was stopped has to be made again.
        return verdict === "outage" || (verdict === "stopped" && this.#isTrying());
      }),
      { breaker: new ConsecutiveBreaker(FAILURES), halfOpenAfter: PAUSE_MS },
    );
    this.#policy.onBreak(() => {
      this.#pausedAt = Date.now();
      this.#since ??= this.#pausedAt;
    });
    this.#policy.onReset(() => {
      this.#since = null;
    });
  }

  outage(): Omit<Outage, "id" | "kind"> | null {
    return this.#since === null
      ? null
      : { name: this.#name, since: this.#since, lastFailure: this.#lastFailure };
  }

  async run<T>(call: () => Promise<T>, refused: (refusal: Refusal) => AppError): Promise<T> {
    const leftMs = this.#pausedAt + PAUSE_MS - Date.now();
    if (this.#policy.state === CircuitState.Open && leftMs > 0)
      throw refused(this.#refusal(leftMs));
    // The library would wait for the running trial: up to a whole time-out.
    if (this.#isTrying()) throw refused(this.#refusal(PAUSE_MS));
    const ended = await this.#policy.execute(() => this.#settle(call));
    if ("error" in ended) throw ended.error;
    return ended.value;
  }

  /** A call that was answered, if only by a refusal, shows that the counterpart is there: it counts as a success. */
  async #settle<T>(call: () => Promise<T>): Promise<{ value: T } | { error: unknown }> {
    try {
      return { value: await call() };
    } catch (error) {
      const verdict = this.#judge(error);
      if (verdict === "answered") return { error };
      if (verdict === "outage" && error instanceof Error)
        this.#lastFailure = withoutQuotation(error.message);
      throw error;
    }
  }

  #isTrying(): boolean {
    return this.#policy.state === CircuitState.HalfOpen;
  }

  #refusal(leftMs: number): Refusal {
    const lasted = this.#since === null ? 0 : Date.now() - this.#since;
    const wait = Math.min(Math.round(lasted / PART_OF_OUTAGE), MAX_WAIT_MS);
    return {
      failures: FAILURES,
      lastFailure: this.#lastFailure,
      retryAfterMs: Math.max(leftMs, wait),
    };
  }
}
