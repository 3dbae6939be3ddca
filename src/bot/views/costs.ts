import type { Estimate } from "../../engine/api/costs.ts";
import type { Totals } from "../../engine/model/totals.ts";
import { counted } from "../../shared/counted.ts";
import { toDollars } from "../../shared/money.ts";
import { showCost, showDuration } from "../../slack/text.ts";

/** `$0.0120`, or `at least $0.0120` where some price is unknown. */
export function showSpent({ costNano, costUnknown }: Totals): string {
  const known = showCost(toDollars(costNano));
  return costUnknown > 0 ? `at least ${known}` : known;
}

/** `1 run`, `12 runs`. */
export function countRuns({ started }: Totals): string {
  return counted(started, "run");
}

/** Did anything cost money, or may it have? */
export function isCost({ costNano, costUnknown }: Totals): boolean {
  return costNano > 0 || costUnknown > 0;
}

/** How many calls have no known price; `null`: none. */
export function describeUnknown({ costUnknown }: Totals): string | null {
  if (costUnknown === 0) return null;
  const calls = counted(costUnknown, "call has", "calls have");
  return `:grey_question: ${calls} no known price. It is not in these sums, so they say “at least”.`;
}

/** `Half of the last 34 runs took up to 12 s and $0.0012, nine of ten up to 40 s and $0.0020`; without runs it says so. */
export function describeEstimate({
  version,
  runs,
  durationMs,
  costNano,
  unknownCosts,
}: Estimate): string {
  if (durationMs === null || costNano === null)
    return `No run of version ${version} has completed yet, so there is no estimate.`;
  const unknown =
    unknownCosts === 0 ? "" : ` (known prices alone; ${unknownCosts} had calls of unknown price)`;
  if (runs === 1)
    return `The one completed run of version ${version} took ${figures(durationMs.p50, costNano.p50)}${unknown}.`;
  const [half, most] = [
    figures(durationMs.p50, costNano.p50),
    figures(durationMs.p90, costNano.p90),
  ];
  return `Of the last ${runs} completed runs of version ${version}, half took up to ${half}, nine of ten up to ${most}${unknown}.`;
}

function figures(ms: number, nano: number): string {
  return `${showDuration(ms)} and ${showCost(toDollars(nano))}`;
}
