import { deathsOf } from "../../model/deaths.ts";
import type { ReadonlyActiveStep, ReadonlyState } from "../../model/state.ts";

/**
 * Ends of a process while one attempt ran, from which on the attempt may be given up: a step that ends its process (it fills the memory,
 * say) must not do so for ever. Of all that was under way at the first one any may be the reason, or none.
 */
const MIN_DEATHS = 3;

/** So many of them have to point to this attempt: it was begun again by itself, and the process ended before another one was. */
const MIN_DEATHS_ALONE = 2;

/** The last resort, for what ends the process long after it was begun: so many are no chance, whatever else was under way. */
const MAX_DEATHS = 10;

/**
 * Whether an attempt may be what ends its process: its worker did not stop in order while it was under way. Such attempts are begun again
 * one after the other, so that the next end of the process points to one of them.
 */
export function isSuspect(state: ReadonlyState, step: ReadonlyActiveStep): boolean {
  const isLost = step.phase === "running" && step.epoch < state.epoch;
  return isLost && deathsOf(step).deaths > 0 && !isProven(step);
}

/** Whether an attempt whose worker is gone is what ended it: it is not begun again. */
export function isProven(step: ReadonlyActiveStep): boolean {
  const { deaths, deathsAlone } = deathsOf(step);
  return (deaths >= MIN_DEATHS && deathsAlone >= MIN_DEATHS_ALONE) || deaths >= MAX_DEATHS;
}
