import { LruMap } from "../../shared/lru-map.ts";
import type { RefusalNotice } from "./refusal-notices.ts";

/** What Slack refused lately under one error code. */
export interface RefusalSummary {
  readonly code: string;
  /** How often. */
  readonly count: number;
  /** When it was refused last, in milliseconds since 1970. */
  readonly last: number;
  /** Of the last one: where the message should stand, and the run that it is of. */
  readonly channel: string;
  readonly executionId: string;
  /** Was one of them given up? */
  readonly isGivenUp: boolean;
}

/** A refusal that was not repeated for so long is over, in milliseconds. */
const KEPT_MS = 24 * 60 * 60_000;
const MAX_CODES = 100;
/** Runs that are remembered of one code. */
const MAX_RUNS = 500;

interface Refused {
  readonly summary: RefusalSummary;
  readonly runs: LruMap<string, true>;
}

/** Remembers what Slack refuses, by error code, for as long as the process lives. */
export class RefusalLog {
  readonly #now: () => number;
  readonly #codes = new LruMap<string, Refused>(MAX_CODES);

  constructor(now: () => number) {
    this.#now = now;
  }

  note({ code, channel, executionId, isGivenUp }: RefusalNotice): void {
    const known = this.#recent(code);
    const runs = known?.runs ?? new LruMap<string, true>(MAX_RUNS);
    runs.set(executionId, true);
    const summary = {
      ...{ code, channel, executionId, last: this.#now() },
      count: (known?.summary.count ?? 0) + 1,
      isGivenUp: isGivenUp || (known?.summary.isGivenUp ?? false),
    };
    this.#codes.set(code, { summary, runs });
  }

  /** Those of the last 24 hours, the last one first. */
  list(): readonly RefusalSummary[] {
    const recent = this.#codes.entries().flatMap(([code]) => this.#recent(code)?.summary ?? []);
    return recent.toSorted((one, other) => other.last - one.last);
  }

  /** Forgets a code. @returns the runs whose messages were refused with it. */
  take(code: string): readonly string[] {
    const runs = this.#recent(code)?.runs.entries() ?? [];
    this.#codes.delete(code);
    return runs.map(([executionId]) => executionId);
  }

  #recent(code: string): Refused | undefined {
    const known = this.#codes.get(code);
    return known !== undefined && this.#now() - known.summary.last < KEPT_MS ? known : undefined;
  }
}
