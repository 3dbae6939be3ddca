import type { Clock } from "../engine/ports/clock.ts";
import { LruMap } from "../shared/lru-map.ts";
import { toSlackError, toSlackFailure } from "./errors.ts";

/** Questions within this time share one answer: Slack allows about 20 calls a minute for groups, about 100 for people. */
const SHARED_MS = 2000;

/** How old an answer may be while Slack limits the calls; with an older one the click has to wait. */
const LIMITED_MS = 60_000;

/** Answers that are kept; those that were not asked for longest go first. */
const MAX_KEPT = 5000;

interface Kept<Answer> {
  readonly answer: Answer | null;
  readonly at: number;
}

export interface SharedAnswersOptions<Answer> {
  /** For errors: `reading the members of the user group S0FINANCE`. */
  readonly describe: (id: string) => string;
  readonly read: (id: string) => Promise<Answer>;
  /** Slack's own errors for "there is no such thing here". */
  readonly notThere: ReadonlySet<string>;
  readonly clock: Clock;
}

/**
 * Asks Slack about something that has an id. An answer is at most two seconds old; a minute at most while Slack limits the calls,
 * which are not made then before Slack takes them again.
 *
 * @returns a function from the id to the answer, `null` if there is nothing with this id; it throws an {@link AppError}:
 * `slack_unavailable`, `slack_rejected`.
 */
export function createSharedAnswers<Answer>({
  describe,
  read,
  notThere,
  clock,
}: SharedAnswersOptions<Answer>): (id: string) => Promise<Answer | null> {
  const kept = new LruMap<string, Kept<Answer>>(MAX_KEPT);
  const reading = new Map<string, Promise<Answer | null>>();
  let limitedUntil = 0;

  async function ask(id: string): Promise<Answer | null> {
    const at = clock.now();
    try {
      const answer = await read(id);
      kept.set(id, { answer, at });
      return answer;
    } catch (error) {
      const failure = toSlackFailure(error);
      if (failure.kind === "refused" && notThere.has(failure.code)) {
        kept.set(id, { answer: null, at });
        return null;
      }
      if (failure.kind === "limited") {
        limitedUntil = Math.max(limitedUntil, clock.now() + failure.retryAfterMs);
        const last = kept.get(id);
        if (last && at - last.at < LIMITED_MS) return last.answer;
      }
      throw toSlackError(error, describe(id));
    }
  }

  return (id) => {
    const now = clock.now();
    const last = kept.get(id);
    const goodFor = now < limitedUntil ? LIMITED_MS : SHARED_MS;
    if (last && now - last.at < goodFor) return Promise.resolve(last.answer);
    const underWay = reading.get(id);
    if (underWay) return underWay;
    const started = ask(id).finally(() => reading.delete(id));
    reading.set(id, started);
    return started;
  };
}
