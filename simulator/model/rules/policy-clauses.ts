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
  const below = BELOW.exec(clause);
  if (below !== null) {
    const max = toNumber(below[2] ?? below[4] ?? below[6] ?? "");
    const includesMax = (below[1] ?? below[3] ?? below[5]) === undefined;
    if (max === undefined) return undefined;
    const range = { min: -Infinity, max, includesMin: true, includesMax };
    return { ...range, outcome: rest(clause, below) };
  }
  const above = ABOVE.exec(clause);
  if (above === null) return undefined;
  const min = toNumber(above[2] ?? above[4] ?? above[6] ?? "");
  if (min === undefined) return undefined;
  const includesMin = (above[1] ?? above[3] ?? above[5]) === undefined;
  return { min, max: Infinity, includesMin, includesMax: true, outcome: rest(clause, above) };
}

function rest(clause: string, match: RegExpExecArray): string {
  const after = clause.slice(match.index + match[0].length);
  return `${clause.slice(0, match.index)} ${after}`.replace(/\s+/g, " ").trim();
}

/** Words that name no particular thing. */
const GENERIC =
  /\b(unusual|suspicious|certain|special|categor(?:y|ies)|expenses?|items?|purchases?|requests?|claims?|any|all|every|the|that|are|is|be|for|of|plainly|policy|company|e\.?g|such as|like|including)\b/gi;

function readException(clause: string): Exception | undefined {
  if (/^(?:respond|answer|reply|return|give|output|choose|pick|decide)\b/i.test(clause)) {
    return undefined;
  }
  const listed = /\(([^)]*)\)(.*)$/s.exec(clause);
  const said =
    /^(.*?)\b(?:always|never|must|(?:is|are)\s+(?:always\s+)?(?=[a-z]+ed\b))(.*)$/is.exec(clause);
  const outcome = listed?.[2] ?? said?.[2] ?? "";
  if (!/\b(always|never|must|are|is|needs?|requires?|gets?)\b/i.test(clause)) return undefined;
  if (stanceOf(outcome) === undefined) return undefined;
  const named = listed?.[1] ?? said?.[1] ?? "";
  const items = named
    .split(/,|\bor\b|\band\b|\//i)
    .map((item) => item.replace(GENERIC, " ").replace(/\s+/g, " ").trim().toLowerCase())
    .filter((item) => item !== "");
  return items.length === 0 ? undefined : { items, outcome };
}
