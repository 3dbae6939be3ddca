import { isJsonObject } from "../json.ts";
import { type Fenced, markedPart } from "./fences.ts";

/** A value that was given with a name, as in "Amount: $640". */
export interface Fact {
  /** Lower case, words separated by single spaces. */
  readonly label: string;
  readonly value: string;
  /** True when the prompt itself gave the name; false when text from outside did. */
  readonly isFromPrompt: boolean;
}

const FACT =
  /(?:^|[.;,(\n]\s*|\s-\s+)([A-Za-z][\w-]*(?:[ _][\w-]+){0,2})\s*[:=]\s*("[^"\n]*"|⟦\d+⟧|[^\n;⟦]*?)(?=$|\n|;|⟦|[.!?](?:\s|$)|,\s+[A-Za-z][\w ]{1,25}:)/g;

/** Names of what the prompt says about itself, not about the case. */
const ABOUT_THE_TASK =
  /\b(policy|policies|rules?|guidelines?|criteria|respond|answer|output|return|reply|one of|instructions?|allowed|options?|format|examples?|schema|values?|note|task|system)\b/;

/** @returns the facts of a prompt and of its fenced parts, the prompt's own first. */
export function readFacts(fenced: Fenced): readonly Fact[] {
  const own = factsIn(fenced.text, true).map((fact) => {
    const part = markedPart(fact.value);
    return part === undefined ? fact : { ...fact, value: fenced.parts[part] ?? "" };
  });
  const foreign = fenced.parts.flatMap((part) => factsInPart(part));
  return [...own, ...foreign].filter((fact) => fact.value !== "");
}

function factsInPart(part: string): Fact[] {
  const parsed = parseOrNothing(part);
  return parsed === undefined ? factsIn(part, false) : leaves(parsed, "");
}

function factsIn(text: string, isFromPrompt: boolean): Fact[] {
  return [...text.matchAll(FACT)].flatMap(([, name = "", value = ""]) => {
    const label = toLabel(name);
    if (ABOUT_THE_TASK.test(label) && label !== "account value") return [];
    return [{ label, value: value.trim().replace(/^"(.*)"$/, "$1"), isFromPrompt }];
  });
}

function leaves(value: unknown, label: string): Fact[] {
  if (Array.isArray(value)) return value.flatMap((item) => leaves(item, label));
  if (isJsonObject(value)) {
    return Object.entries(value).flatMap(([key, member]) => leaves(member, toLabel(key)));
  }
  if (value === null || value === undefined || label === "") return [];
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return [{ label, value: text, isFromPrompt: false }];
}

function parseOrNothing(text: string): unknown {
  if (!/^[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @returns `name` in words: `accountValue`, `account_value` and `Account value` are the same. */
export function toLabel(name: string): string {
  return name
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .replace(/[_\-\s]+/g, " ")
    .trim()
    .toLowerCase();
}

/** @returns the first number in `text`, understanding `$1,200.50`, `85k` and `2m`; `undefined` without one. */
export function toNumber(text: string): number | undefined {
  const found = /(-)?\s?[$€£]?\s?(-?\d[\d,]*(?:\.\d+)?|-?\.\d+)\s?([km])?\b/i.exec(text);
  if (found === null) return undefined;
  const [, sign, digits = "", unit] = found;
  const scale = { k: 1_000, m: 1_000_000 }[unit?.toLowerCase() ?? ""] ?? 1;
  return Number(digits.replaceAll(",", "")) * scale * (sign === undefined ? 1 : -1);
}
