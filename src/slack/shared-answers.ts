import type { Clock } from "../engine/ports/clock.ts";
import type { Freshness } from "../engine/ports/directory.ts";
import { LruMap } from "../shared/lru-map.ts";
import { toSlackError, toSlackFailure } from "./errors.ts";

/** How old an answer may be, in milliseconds: as a rule, and while Slack limits the calls. */
export interface Ages {
  readonly usual: number;
  readonly limited: number;
}

/**
 * Rights are asked `now`: questions within two seconds share one answer, and while Slack limits the calls an answer of the last
 * minute counts. What is only shown, and who types a command, may be `recent`.
 */
const AGES: Readonly<Record<Freshness, Ages>> = {
  now: { usual: 2000, limited: 60_000 },
  recent: { usual: 60_000, limited: 600_000 },
};

/** Answers that are kept; those that were not asked for longest go first. */
const MAX_KEPT = 10_000;

/** Between two sweeps, in milliseconds: as long as what a sweep read is young enough for a decision. */
const SWEEP_EVERY_MS = 60_000;

const FRESHNESS: readonly Freshness[] = ["now", "recent"];

/** A read under way, and what changed since it began. */
interface Read {
  readonly changed: Set<string>;
  isVoid: boolean;
}

type Keep<Answer> = (id: string, answer: Answer | null) => void;

interface Kept<Answer> {
  readonly answer: Answer | null;
  readonly at: number;
}

export interface SharedAnswersOptions<Answer> {
  /** For errors: `reading the members of the user group S0FINANCE`. */
  readonly describe: (id: string) => string;
  readonly read: (id: string) => Promise<Answer | null>;
  /** Slack's own errors for "there is no such thing here". */
  readonly notThere: ReadonlySet<string>;
  readonly clock: Clock;
  /** @default two seconds, or a minute; see {@link AGES} */
  readonly ages?: Readonly<Record<Freshness, Ages>>;
  /**
   * Reads many at once by another method, which has a limit of its own, and hands each to `keep`. Called at most once a minute, when
   * Slack limits the single questions. What it cannot read it leaves out.
   */
  readonly sweep?: (keep: Keep<Answer>) => Promise<void>;
}

/**
 * Asks Slack about things that have an id. Each answer is kept as long as its reader allows; while Slack limits the calls none are
 * made, and older answers count.
 */
export class SharedAnswers<Answer> {
  readonly #options: SharedAnswersOptions<Answer>;
  readonly #kept = new LruMap<string, Kept<Answer>>(MAX_KEPT);
  readonly #reading = new Map<string, Promise<Answer | null>>();
  readonly #underWay = new Set<Read>();
  #limited: { readonly error: unknown; readonly until: number } | null = null;
  #sweeping: Promise<void> | null = null;
  #sweptAt = Number.NEGATIVE_INFINITY;

  constructor(options: SharedAnswersOptions<Answer>) {
    this.#options = options;
  }

  /**
   * @param freshness - how current the answer has to be. @default "now"
   * @returns `null` if there is nothing with this id. @throws {AppError} `slack_limited`, `slack_unavailable`, `slack_rejected`.
   */
  of(id: string, freshness: Freshness = "now"): Promise<Answer | null> {
    const { usual, limited } = (this.#options.ages ?? AGES)[freshness];
    const last = this.#keptWithin(id, this.#isLimited() ? limited : usual);
    if (last) return Promise.resolve(last.answer);
    // Apart from each other: an answer that is good enough to be shown may be too old for a decision.
    const key = `${freshness} ${id}`;
    const shared = this.#reading.get(key);
    if (shared) return shared;
    const started: Promise<Answer | null> = this.#ask(id, limited).finally(() => {
      if (this.#reading.get(key) === started) this.#reading.delete(key);
    });
    this.#reading.set(key, started);
    return started;
  }

  /** What was answered about this id no longer counts: it changed. Without an id: about anything. */
  forget(id?: string): void {
    if (id === undefined) this.#kept.clear();
    else this.#kept.delete(id);
    for (const read of this.#underWay) {
      if (id === undefined) read.isVoid = true;
      else read.changed.add(id);
    }
    // Who asks from now on must not get what was read before.
    if (id === undefined) this.#reading.clear();
    else for (const freshness of FRESHNESS) this.#reading.delete(`${freshness} ${id}`);
  }

  #isLimited(): boolean {
    return this.#limited !== null && this.#options.clock.now() < this.#limited.until;
  }

  #keptWithin(id: string, age: number): Kept<Answer> | undefined {
    const last = this.#kept.get(id);
    return last && this.#options.clock.now() - last.at < age ? last : undefined;
  }

  async #ask(id: string, limited: number): Promise<Answer | null> {
    if (!this.#isLimited()) {
      try {
        return await this.#track((keep) => this.#read(id, keep));
      } catch (error) {
        const failure = toSlackFailure(error);
        if (failure.kind !== "limited") throw toSlackError(error, this.#options.describe(id));
        this.#limited = { error, until: this.#options.clock.now() + failure.retryAfterMs };
      }
    }
    if (!this.#keptWithin(id, limited)) await this.#sweep();
    const last = this.#keptWithin(id, limited);
    if (last) return last.answer;
    throw toSlackError(this.#limited?.error, this.#options.describe(id));
  }

  async #read(id: string, keep: Keep<Answer>): Promise<Answer | null> {
    const { read, notThere } = this.#options;
    const answer = await read(id).catch((error: unknown) => {
      const failure = toSlackFailure(error);
      if (failure.kind === "refused" && notThere.has(failure.code)) return null;
      throw error;
    });
    keep(id, answer);
    return answer;
  }

  /** Carries out a read; what was forgotten while it was under way is not kept. */
  async #track<Value>(work: (keep: Keep<Answer>) => Promise<Value>): Promise<Value> {
    const at = this.#options.clock.now();
    const self: Read = { changed: new Set(), isVoid: false };
    this.#underWay.add(self);
    try {
      return await work((id, answer) => {
        if (!self.isVoid && !self.changed.has(id)) this.#kept.set(id, { answer, at });
      });
    } finally {
      this.#underWay.delete(self);
    }
  }

  /** Reads all that can be read, unless that was done within the last minute. */
  async #sweep(): Promise<void> {
    const { sweep, clock } = this.#options;
    if (sweep === undefined) return;
    if (this.#sweeping === null && clock.now() - this.#sweptAt >= SWEEP_EVERY_MS) {
      this.#sweptAt = clock.now();
      // If it fails, the single question says what is wrong.
      this.#sweeping = this.#track(sweep)
        .catch(() => undefined)
        .finally(() => {
          this.#sweeping = null;
        });
    }
    await this.#sweeping;
  }
}
