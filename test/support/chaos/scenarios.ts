import type { Scenario } from "./scenario.ts";
import { decisions } from "./scenarios/decisions.ts";
import { flows } from "./scenarios/flows.ts";
import { nesting } from "./scenarios/nesting.ts";
import { troubles } from "./scenarios/troubles.ts";
import type { Outside } from "./steps.ts";

/** Workflows that have among them every kind of step, trigger and end. */
export function createScenarios(outside: Outside): readonly Scenario[] {
  return [...flows(outside), ...decisions(outside), ...nesting(outside), ...troubles(outside)];
}
