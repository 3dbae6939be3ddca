import type { Scenario } from "./scenario.ts";
import { decisions } from "./scenarios/decisions.ts";
import { flows } from "./scenarios/flows.ts";
import { lines } from "./scenarios/lines.ts";
import { nesting } from "./scenarios/nesting.ts";
import { troubles } from "./scenarios/troubles.ts";
import type { Outside } from "./steps.ts";

/** Workflows that have among them every kind of step, trigger and end. */
export function createScenarios(outside: Outside): readonly Scenario[] {
  return [flows, decisions, nesting, lines, troubles].flatMap((make) => make(outside));
}
