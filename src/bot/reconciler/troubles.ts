import type { Clock } from "../../engine/ports/clock.ts";
import { LruMap } from "../../shared/lru-map.ts";
import { refusalOf } from "../../slack/refusals.ts";

/** The pause before a card is tried again that Slack refuses, in milliseconds; each time twice as long, up to the longest. */
const REFUSED = { first: 60_000, longest: 30 * 60_000 };
/** The same while Slack is in trouble, or cannot be reached. */
const AWAY = { first: 500, longest: 60_000 };
/** For so long a refusal is hoped to pass that an admin can mend. */
const PATIENCE_MS = 4 * 60 * 60_000;
/** The same for a code that Slack did not have when this was written: it may as well close the place. */
const UNKNOWN_PATIENCE_MS = 10 * 60_000;
/** For so long after a refusal no message is edited in a place that is closed, in milliseconds. */
const CLOSED_MS = 10 * 60_000;
const MAX_PLACES = 1000;
/** Cards that this is kept of; those that were tried longest ago go first. */
const MAX_CARDS = 10_000;

interface Trouble {
  readonly since: number;
  readonly tries: number;
  readonly notBefore: number;
}

/**
 * Cards that Slack refuses for now: when each is tried again, and when it is given up. The others of the run do not wait for them.
 *
 * It is kept in memory: after a restart all are tried again, and given up as late.
 */
export class Troubles {
  readonly #clock: Clock;
  readonly #cards = new LruMap<string, Trouble>(MAX_CARDS);
  readonly #closedUntil = new LruMap<string, number>(MAX_PLACES);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Slack refused a card for a reason that may pass.
   *
   * @returns how often it was refused so far, and whether it is time to give it up.
   */
  refused(cardId: string, code: string): { readonly tries: number; readonly isOver: boolean } {
    const { since, tries } = this.#note(cardId, REFUSED);
    const patience = refusalOf(code).isKnown ? PATIENCE_MS : UNKNOWN_PATIENCE_MS;
    return { tries, isOver: this.#clock.now() - since >= patience };
  }

  /**
   * Slack did not answer, or had trouble of its own: it is never given up for that.
   *
   * @param leastMs - it is not tried before, in milliseconds. @default 0 @returns how often so far.
   */
  away(cardId: string, leastMs = 0): number {
    return this.#note(cardId, AWAY, leastMs).tries;
  }

  /** The card is well. */
  over(cardId: string): void {
    this.#cards.delete(cardId);
  }

  /** The cards of an execution are tried again at once. */
  retryNow(executionId: string): void {
    for (const [id, trouble] of this.#cards.entries())
      if (id.startsWith(`${executionId}:`)) this.#cards.set(id, { ...trouble, notBefore: 0 });
  }

  /** Slack takes no edits in this conversation: those of many runs must not be tried one by one. */
  closed(channel: string): void {
    this.#closedUntil.set(channel, this.#clock.now() + CLOSED_MS);
  }

  isClosed(channel: string): boolean {
    return (this.#closedUntil.get(channel) ?? 0) > this.#clock.now();
  }

  /** Is it too early to try this card again? */
  isHeld(cardId: string): boolean {
    const trouble = this.#cards.get(cardId);
    return trouble !== undefined && trouble.notBefore > this.#clock.now();
  }

  /** When the first of these cards is tried again; `null`: none waits. */
  nextOf(cardIds: Iterable<string>): number | null {
    let next: number | null = null;
    for (const id of cardIds) {
      const at = this.#cards.get(id)?.notBefore;
      if (at !== undefined && (next === null || at < next)) next = at;
    }
    return next;
  }

  #note(cardId: string, { first, longest }: typeof REFUSED, leastMs = 0): Trouble {
    const now = this.#clock.now();
    const last = this.#cards.get(cardId);
    const tries = (last?.tries ?? 0) + 1;
    const pauseMs = Math.min(first * 2 ** Math.min(tries - 1, 20), longest);
    const notBefore = now + Math.max(pauseMs, leastMs);
    const trouble = { since: last?.since ?? now, tries, notBefore };
    this.#cards.set(cardId, trouble);
    return trouble;
  }
}
