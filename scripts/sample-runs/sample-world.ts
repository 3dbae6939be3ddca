import type { Chance } from "./chance.ts";
import type { MovingClock } from "./moving-clock.ts";
import type { Scenario } from "./scenarios.ts";

/** What the sample runs happen in. */
export interface SampleWorld {
  readonly clock: MovingClock;
  readonly chance: Chance;
  /** What does not work at the moment. */
  trouble: Scenario["trouble"];
}
