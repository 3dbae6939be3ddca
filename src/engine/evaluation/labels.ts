import { isJsonObject, type Json } from "../../shared/json.ts";
import { fitsExpected, isRange, isTextRule } from "../ai/expected.ts";

/** Longest answer that is shown in a table. */
const MAX_SHOWN = 40;

/** What a label says, in a word or two: the row of a confusion table. */
export function describeExpected(expected: Json): string {
  if (!isJsonObject(expected)) return show(expected);
  if (Array.isArray(expected["oneOf"])) return expected["oneOf"].map(describeExpected).join(" or ");
  if (isRange(expected)) return `${bound(expected["from"])}–${bound(expected["to"])}`;
  if (isTextRule(expected)) return "as wanted";
  return describeMembers(expected, Object.keys(expected));
}

/** What a decision says in the words of the label beside it: the column of a confusion table. */
export function describeActual(actual: Json, expected: Json): string {
  if (!isJsonObject(expected)) return show(actual);
  if (isTextRule(expected)) return fitsExpected(actual, expected) ? "as wanted" : "not as wanted";
  if (!isJsonObject(actual) || Array.isArray(expected["oneOf"])) return show(actual);
  return describeMembers(actual, Object.keys(expected));
}

/** `approve`, or `action approve, urgent true` for several members. */
function describeMembers(object: Readonly<Record<string, Json>>, names: readonly string[]): string {
  const only = names.length === 1;
  return names
    .filter((name) => Object.hasOwn(object, name))
    .map((name) => `${only ? "" : `${name} `}${describeExpected(object[name] ?? null)}`)
    .join(", ");
}

function show(value: Json): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN - 1)}…` : text;
}

function bound(value: Json | undefined): string {
  return typeof value === "number" ? String(value) : "";
}
