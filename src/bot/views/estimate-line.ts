import type { Estimate } from "../../engine/api/costs.ts";
import { toDollars } from "../../shared/money.ts";
import { showCost, showDuration } from "../../slack/text.ts";

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
