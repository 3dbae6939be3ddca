import { Chance } from "./chance.ts";
import { SCENARIOS, type Scenario } from "./scenarios.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** How far back the samples go. */
export const SAMPLE_DAYS = 30;
const WORKING_DAY_BEGINS_MS = 8 * 60 * MINUTE_MS;
const WORKING_DAY_MINUTES = 10 * 60;
/** Undecided requests expire within three days, so the last samples end before now. */
const EXPIRY_MS = 3 * DAY_MS;
/** The last sample is at least this old, so that even slow decisions lie in the past. */
const MARGIN_MS = 4 * 60 * MINUTE_MS;

/** How many of the runs that may meet trouble do. */
const TROUBLE_SHARE = 0.35;

/** Something that happens at a moment, in milliseconds since 1970. */
export type Moment = { readonly at: number; readonly run: number } & (
  | { readonly kind: "start"; readonly scenario: Scenario }
  | { readonly kind: "decide"; readonly by: string; readonly choice: string }
);

/**
 * The moments of the last 30 days, in order: more on working days, and a little more each week.
 * Deterministic for a `now`.
 */
export function planMoments(now: number): readonly Moment[] {
  const chance = new Chance(30);
  const moments: Moment[] = [];
  let run = 0;
  for (let day = SAMPLE_DAYS; day >= 0; day -= 1) {
    const midnight = Math.floor(now / DAY_MS) * DAY_MS - day * DAY_MS;
    for (let left = runsOn(midnight, day, chance); left > 0; left -= 1) {
      const scenario = chance.pick(SCENARIOS);
      const minute = chance.between(0, WORKING_DAY_MINUTES);
      const at = midnight + WORKING_DAY_BEGINS_MS + minute * MINUTE_MS;
      const mayStillWait = scenario.decisions === undefined && now - at < EXPIRY_MS + MARGIN_MS;
      if (at > now - MARGIN_MS || at < now - SAMPLE_DAYS * DAY_MS) continue;
      if (mayStillWait && expiresUndecided(scenario)) continue;
      const isTroubled = chance.next() < TROUBLE_SHARE;
      moments.push(...momentsOf(isTroubled ? scenario : smooth(scenario), run, at, chance));
      run += 1;
    }
  }
  return moments.sort((a, b) => a.at - b.at);
}

function runsOn(midnight: number, daysAgo: number, chance: Chance): number {
  const weekday = new Date(midnight).getUTCDay();
  if (weekday === 0 || weekday === 6) return chance.between(0, 2);
  return chance.between(4, 7) + Math.floor((SAMPLE_DAYS - daysAgo) / 7);
}

/** Whether it would wait for a decision that never comes. */
function expiresUndecided({ workflow, variables, decisions }: Scenario): boolean {
  const isLarge = workflow === "expense-approval" && Number(variables["amount"]) >= 500;
  return decisions === undefined && isLarge;
}

function smooth({ trouble: _trouble, ...scenario }: Scenario): Scenario {
  return scenario;
}

function momentsOf(scenario: Scenario, run: number, at: number, chance: Chance): Moment[] {
  let later = at;
  const next = (): number => {
    later += chance.between(3, 55) * MINUTE_MS;
    return later;
  };
  const { decisions = [] } = scenario;
  return [
    { kind: "start", at, run, scenario },
    ...decisions.map(({ by, choice }): Moment => ({ kind: "decide", at: next(), run, by, choice })),
  ];
}
