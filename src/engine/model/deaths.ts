import type { ReadonlyActiveStep } from "./state.ts";

/** How often a process has ended while an attempt was under way. */
export interface Deaths {
  readonly deaths: number;
  /** Those of them that point to this attempt. */
  readonly deathsAlone: number;
}

/** The ends of the process until now, for an attempt whose worker is gone: the last one counts unless that worker stopped in order. */
export function deathsOf(step: ReadonlyActiveStep): Deaths {
  const { deaths, deathsAlone, isReleased, isAlone } = step;
  if (isReleased) return { deaths, deathsAlone };
  return { deaths: deaths + 1, deathsAlone: deathsAlone + (isAlone ? 1 : 0) };
}
