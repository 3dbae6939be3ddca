import type { RateLimit } from "../../engine/ports/rate-limits.ts";

/** Who goes first where Slack's limits make calls wait, in this order. */
const URGENCIES = ["reply", "question", "run", "rest"] as const;

/**
 * `reply`: a person waits for it. `question`: a run waits for a person who has to see it. `run`: what a run has to say.
 * `rest`: what can wait, such as the progress on a card.
 */
export type Urgency = (typeof URGENCIES)[number];

/** A place in the queue. */
export interface Place {
  readonly urgency: Urgency;
  /** When what the call belongs to began, in milliseconds since 1970: among equally urgent calls the oldest goes first. */
  readonly since: number;
}

/** The limits that a call counts against, the narrowest first. */
export type Limits = readonly [RateLimit, ...RateLimit[]];

/** A call with what decides about its turn. */
export interface Ordered {
  readonly limits: Limits;
  readonly place: Place;
  /** Of equal places the lower number goes first. */
  readonly number: number;
}

/** Less than 0: `a` goes before `b`. */
export function inOrder(a: Ordered, b: Ordered): number {
  const urgency = URGENCIES.indexOf(a.place.urgency) - URGENCIES.indexOf(b.place.urgency);
  return urgency || a.place.since - b.place.since || a.number - b.number;
}
