import { toNumber } from "../facts.ts";
import { stanceOf } from "./stance.ts";

/** "From 500 to 5000, manager approval": the amounts a rule is for, and what it says of them. */
export interface Limit {
  readonly min: number;
  readonly max: number;
  readonly includesMin: boolean;
  readonly includesMax: boolean;
  readonly outcome: string;
}

/** "Entertainment always needs review": things that are decided whatever they cost. */
export interface Exception {
  readonly items: readonly string[];
  readonly outcome: string;
}

/** What a prompt says of amounts and of things; `otherwise` is for what no limit covers. */
export interface Policy {
  readonly limits: readonly Limit[];
  readonly exceptions: readonly Exception[];
  readonly otherwise: string | undefined;
}

const MONEY = String.raw`[$€£]?\s?\d[\d,]*(?:\.\d+)?\s?[km]?\b`;
const BETWEEN = new RegExp(
  String.raw`(?:between|from)?\s*(${MONEY})\s*(?:-|–|—|to|and)\s*(${MONEY})`,
  "i",
);
const BELOW = new RegExp(
  String.raw`\b(?:(under|below|less than|smaller than|cheaper than)|(?:up to|at most|no more than|within|maximum(?: of)?))\s*(${MONEY})|(<)?(?:<=|≤)?\s*(${MONEY})\s+(?:or|and)\s+(?:less|below|under|lower|fewer)|(?:(<)(?!=)|<=|≤)\s*(${MONEY})`,
  "i",
);
const ABOVE = new RegExp(
  String.raw`\b(?:(over|above|more than|greater than|exceed(?:s|ing)?|beyond)|(?:at least|from|minimum(?: of)?))\s*(${MONEY})|(>)?\s*(${MONEY})\s*(?:\+|(?:or|and)\s+(?:more|above|over|higher|up))|(?:(>)(?!=)|>=|≥)\s*(${MONEY})`,
  "i",
);
const OTHERWISE =
  /\b(otherwise|else|anything else|everything else|all (?:the )?others?|the rest)\b/i;
const CLAUSE_END =
  /[;\n]|\.(?!\d)|,(?!\d{3}(?!\d))(?![^(]*\))|\s(?:and|but|or)\s+(?=(?:[a-z-]+\s+){0,2}(?:over|above|under|below|(?:more|less) than|at (?:least|most)|up to)\s+[$€£]?\d|anything|everything|between)/i;

/** @returns the rules that the instructions contain; empty lists when they contain none. */
export function readPolicy(instructions: string): Policy {
  const limits: Limit[] = [];
  const exceptions: Exception[] = [];
  let otherwise: string | undefined;
  for (const clause of instructions.split(CLAUSE_END).map((text) => text.trim())) {
    const limit = readLimit(clause);
    const exception = limit === undefined ? readException(clause) : undefined;
    if (limit !== undefined) limits.push(limit);
    else if (exception !== undefined) exceptions.push(exception);
    else if (OTHERWISE.test(clause)) otherwise = clause.replace(OTHERWISE, " ").trim();
  }
  return { limits, exceptions, otherwise };
}

function readLimit(clause: string): Limit | undefined {
  const between = BETWEEN.exec(clause);
  if (between !== null) {
    const [min, max] = [toNumber(between[1] ?? ""), toNumber(between[2] ?? "")];
    if (min === undefined || max === undefined || min > max) return undefined;
    return { min, max, includesMin: true, includesMax: true, outcome: rest(clause, between) };
  }
  const below = readBound(BELOW, clause);
  if (below !== undefined) {
    const { amount: max, isIncluded: includesMax, outcome } = below;
    return { min: -Infinity, max, includesMin: true, includesMax, outcome };
  }
  const above = readBound(ABOVE, clause);
  if (above === undefined) return undefined;
  const { amount: min, isIncluded: includesMin, outcome } = above;
  return { min, max: Infinity, includesMin, includesMax: true, outcome };
}

/** Reads one end of a range. In the patterns odd groups exclude the amount itself, even ones are it. */
function readBound(pattern: RegExp, clause: string) {
  const match = pattern.exec(clause);
  if (match === null) return undefined;
  const groups = match.slice(1);
  const amount = toNumber(groups.find((group, index) => index % 2 === 1 && group) ?? "");
  if (amount === undefined) return undefined;
  const isIncluded = groups.every((group, index) => index % 2 === 1 || group === undefined);
  return { amount, isIncluded, outcome: rest(clause, match) };
}

function rest(clause: string, match: RegExpExecArray): string {
  const after = clause.slice(match.index + match[0].length);
  return `${clause.slice(0, match.index)} ${after}`.replace(/\s+/g, " ").trim();
}

/** Words that name no particular thing. */
const GENERIC =
  /\b(unusual|suspicious|certain|special|categor(?:y|ies)|expenses?|items?|purchases?|requests?|claims?|any|all|every|the|that|are|is|be|for|of|plainly|policy|company|e\.?g|such as|like|including)\b/gi;

/** What names things and says of them, as `[names, what is said]`. */
const EXCEPTIONS = [
  /\(([^)]*)\)(.*)$/s,
  /^(.*?)\b(?:always|never|must|(?:is|are)\s+(?:always\s+)?(?=[a-z]+ed\b))(.*)$/is,
];

function readException(clause: string): Exception | undefined {
  if (/^(?:respond|answer|reply|return|give|output|choose|pick|decide)\b/i.test(clause)) {
    return undefined;
  }
  if (!/\b(always|never|must|are|is|needs?|requires?|gets?)\b/i.test(clause)) return undefined;
  const match = EXCEPTIONS.map((pattern) => pattern.exec(clause)).find((one) => one !== null);
  const [, named = "", outcome = ""] = match ?? [];
  if (stanceOf(outcome) === undefined) return undefined;
  const items = named
    .split(/,|\bor\b|\band\b|\//i)
    .map((item) => item.replace(GENERIC, " ").replace(/\s+/g, " ").trim().toLowerCase())
    .filter((item) => item !== "");
  return items.length === 0 ? undefined : { items, outcome };
}
