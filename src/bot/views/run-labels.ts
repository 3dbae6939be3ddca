import { showValue } from "../../slack/text.ts";

/** Of a value; the whole stands in the run. */
const VALUE_CHARS = 60;

/** The labels of a run: `customer: ACME, region: EU`. */
export function showLabels(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}: ${showValue(value, VALUE_CHARS)}`)
    .join(", ");
}
