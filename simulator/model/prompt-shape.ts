import { toLabel } from "./facts.ts";
import { findSchema } from "./prompt-schema.ts";
import type { Question } from "./question.ts";
import { type Field, type Shape, shapeOfSchema, TEXT } from "./shape.ts";

const DECISION =
  /^(value|decision|action|category|label|classification|class|verdict|result|outcome|answer|choice|status|route|queue|team|department)$/i;
const NUMERIC =
  /(score|rating|severity level|percent|amount|total|count|quantity|price|cost|confidence|probability|likelihood)$/i;
const YES_NO =
  /^(is|has|should|needs|requires|can|contains|was)[ _A-Z]|^(approved|valid|spam|urgent|safe|eligible|flagged)$/;
const LISTS = /^(tags|keywords|labels|topics|items|categories|reasons|violations|steps)$/i;
const DEGREES = /^(severity|priority|urgency|risk|impact)$/i;

const ITEM = String.raw`["'\x60]?[\w$][\w-]*(?: [\w-]+){0,2}["'\x60]?`;
const LIST = String.raw`${ITEM}(?:\s*(?:,\s*(?:or|and)?|\bor\b|\band\b|[|/])\s*${ITEM})+`;
const NAMED_LIST = new RegExp(
  String.raw`\b(?:one of|allowed values(?: are)?|possible values(?: are)?|options(?: are)?)\s*:?\s*\(?(${LIST})`,
  "i",
);
const ALTERNATIVES = [
  NAMED_LIST,
  new RegExp(
    String.raw`\b(?:respond|answer|reply|return|output|say)(?: only| exactly)?(?: with)?(?: either)?\s*:?\s*(${LIST})`,
    "i",
  ),
  new RegExp(
    String.raw`\b(?:decision|verdict|category|action|classification)\s*\((${LIST})\)`,
    "i",
  ),
  new RegExp(String.raw`\b(?:as|into|whether to|is it|either)\s*:?\s+(${LIST})`, "i"),
];

/** @returns the values that the prompt, else the system text, allows; empty when it names none. */
export function alternativesIn(question: Question): readonly string[] {
  for (const text of [question.instructions, question.system]) {
    for (const pattern of ALTERNATIVES) {
      const list = pattern.exec(text)?.[1] ?? "";
      const items = listItems(list);
      // "Answer with a greeting and a summary" asks for both; alternatives are joined by "or".
      const isChoice = pattern === NAMED_LIST || !/\band\b/i.test(list);
      if (items.length >= 2 && isChoice && !/\bjson\b/i.test(list)) return items;
    }
  }
  return [];
}

/**
 * @returns the object that a request without a schema asks for: by the schema that its prompt spells
 *   out, else with the fields that it names, else with one for the values that it enumerates and a `reason`.
 */
export function objectOfPrompt(question: Question): Shape {
  for (const part of ["instructions", "system"] as const) {
    const found = findSchema(question[part]);
    if (found !== undefined) {
      return objectAround(shapeOfSchema(found.schema), { ...question, [part]: found.rest });
    }
  }
  const alternatives = alternativesIn(question);
  const named = namedFields(question).map((field) => describeField(field, question, alternatives));
  const hasDecision = named.some(
    ({ name, shape }) => DECISION.test(name) || shape.kind === "choice",
  );
  const decision = hasDecision ? [] : mainFields(question, alternatives, named.length > 0);
  const fields = [...decision, ...named];
  const hasReason = fields.some(({ name }) => isReason(name));
  const reason: Field = { name: "reason", description: "", shape: TEXT };
  return { kind: "object", fields: hasReason ? fields : [...fields, reason] };
}

/**
 * @returns the shape that plain text should have: an object when the prompt asks for JSON, one of the
 *   values it enumerates, a number on a scale it names, yes or no, else text.
 */
export function shapeOfPrompt(question: Question): Shape {
  if (/\bjson\b/i.test(`${question.system} ${question.instructions}`) && asksForJson(question)) {
    return objectOfPrompt(question);
  }
  const values = alternativesIn(question);
  if (values.length > 0) return { kind: "choice", values };
  const { instructions } = question;
  if (/\b(rate|score|how many|how much)\b/i.test(instructions)) return numberShape(false);
  if (/\b(true or false|yes or no)\b/i.test(`${question.system} ${instructions}`)) {
    return { kind: "boolean" };
  }
  return TEXT;
}

/** @returns `value` in the envelope that the rest of the prompt describes, or alone when it describes none. */
function objectAround(value: Shape, question: Question): Shape {
  const named = namedFields(question);
  if (!named.some((field) => field.name === "value")) return value;
  const fields = named.map((field): Field => {
    if (field.name === "value") return { name: "value", description: "", shape: value };
    return describeField(field, question, []);
  });
  return { kind: "object", fields };
}

/** @returns true for fields that explain the others. */
export function isReason(name: string): boolean {
  return /^(reason|reasoning|rationale|explanation|justification|why)$/i.test(toLabel(name));
}

function asksForJson(question: Question): boolean {
  const said = `${question.system}\n${question.instructions}`;
  return !/\b(no|not|without|never)\b[^.]{0,12}\bjson\b/i.test(said);
}

interface NamedField {
  readonly name: string;
  /** The prompt's example of the field's value, such as `approve|reject` or `0.9`. */
  readonly example: string;
}

function namedFields(question: Question): readonly NamedField[] {
  const found: NamedField[] = [];
  for (const text of [question.instructions, question.system]) {
    for (const [, name = "", example = ""] of text.matchAll(
      /"([A-Za-z_][\w-]*)"\s*:\s*("[^"\n]*"|\[[^\]\n]*\]?|[^,}\n]+)/g,
    )) {
      found.push({ name, example: example.trim() });
    }
    if (found.length > 0) break;
  }
  const { instructions } = question;
  const listed =
    /\b(?:fields?|keys?|properties|members)\b(?:\s+(?:named|called|are))?\s*:?\s*([^.\n]+)/i.exec(
      instructions,
    ) ??
    /\bjson(?: object)?\s+(?:with|containing|of|having)\s+(?:(?:the|a|an)\s+)?([^.\n]+)/i.exec(
      instructions,
    );
  if (found.length === 0 && listed !== null) found.push(...listedFields(listed[1] ?? ""));
  const included =
    /\binclude (?:an?|the|your|its)?\s*(?:[\w-]+ ){0,2}?(reason|explanation|summary|score|confidence|rationale|category|title)\b/i.exec(
      instructions,
    );
  if (included?.[1] !== undefined) found.push({ name: included[1].toLowerCase(), example: "" });
  return found.filter(
    (field, index) => found.findIndex((other) => other.name === field.name) === index,
  );
}

function listedFields(list: string): readonly NamedField[] {
  return list
    .split(/,(?![^(]*\))|\band\b(?![^(]*\))/i)
    .map((item) =>
      /^\s*(?:an?\s+|the\s+|or\s+)?["'`]?([A-Za-z_]\w*)["'`]?\s*(?:\(([^)]*)\))?/i.exec(item),
    )
    .flatMap((match) =>
      match?.[1] === undefined ? [] : [{ name: match[1], example: match[2] ?? "" }],
    );
}

function describeField(
  { name, example }: NamedField,
  question: Question,
  alternatives: readonly string[],
): Field {
  const items = listItems(example.replace(/^"(.*)"$/, "$1"));
  return {
    name,
    description: "",
    shape: shapeOfField(name, example, items, question, alternatives),
  };
}

function shapeOfField(
  name: string,
  example: string,
  items: readonly string[],
  question: Question,
  alternatives: readonly string[],
): Shape {
  if (isReason(name)) return TEXT;
  return (
    shapeOfExample(name, example, items) ??
    shapeOfName(name, question) ??
    (DECISION.test(name) ? decisionShape(question, alternatives) : TEXT)
  );
}

function shapeOfExample(
  name: string,
  example: string,
  items: readonly string[],
): Shape | undefined {
  if (/^(?:"?(?:true|false)\b|"?boolean)/i.test(example)) return { kind: "boolean" };
  if (example.startsWith("[")) return { kind: "list", item: TEXT, minItems: 0 };
  if (items.length >= 2 && !/^\d/.test(example)) return { kind: "choice", values: items };
  if (/^confidence$/i.test(name)) return { kind: "number", min: 0, max: 1, isInteger: false };
  if (/^-?\d|^"?(?:number|integer|float)/i.test(example))
    return numberShape(/integer/i.test(example));
  return undefined;
}

function shapeOfName(name: string, question: Question): Shape | undefined {
  if (LISTS.test(name)) return { kind: "list", item: TEXT, minItems: 0 };
  if (NUMERIC.test(toLabel(name))) return numberShape(false);
  if (YES_NO.test(name)) return { kind: "boolean" };
  if (DEGREES.test(name)) {
    const asksForNumber = /\b\d+\s*(?:-|–|to)\s*\d+\b/.test(question.instructions);
    if (asksForNumber) return numberShape(false);
    return { kind: "choice", values: ["low", "medium", "high"] };
  }
  if (/^sentiment$/i.test(name)) {
    return { kind: "choice", values: ["positive", "neutral", "negative"] };
  }
  return undefined;
}

/** The values of a decision whose field lists none. */
function decisionShape(question: Question, alternatives: readonly string[]): Shape {
  if (alternatives.length > 0) return { kind: "choice", values: alternatives };
  const { instructions } = question;
  if (/\b(rate|score|how many|how much)\b/i.test(instructions)) return numberShape(false);
  if (
    /\b(true or false|yes or no|true\/false|boolean)\b/i.test(`${instructions} ${question.system}`)
  ) {
    return { kind: "boolean" };
  }
  if (isModeration(instructions)) return { kind: "choice", values: ["approve", "flag", "reject"] };
  return TEXT;
}

function mainFields(
  question: Question,
  alternatives: readonly string[],
  hasOthers: boolean,
): readonly Field[] {
  const { instructions } = question;
  const field = (name: string, shape: Shape): Field => ({ name, description: "", shape });
  if (alternatives.length > 0) {
    const isClass = /\b(classify|categori[sz]e)\b/i.test(instructions);
    return [field(isClass ? "category" : "decision", { kind: "choice", values: alternatives })];
  }
  if (isModeration(instructions)) return [field("action", decisionShape(question, []))];
  if (hasOthers) return [];
  if (/\b(rate|score)\b/i.test(instructions)) return [field("score", numberShape(false))];
  return [field("summary", TEXT)];
}

function isModeration(instructions: string): boolean {
  return /\b(policy violations?|moderat\w*|content policy|community guidelines)\b/i.test(
    instructions,
  );
}

function numberShape(isInteger: boolean): Shape {
  return { kind: "number", min: undefined, max: undefined, isInteger };
}

function listItems(list: string): readonly string[] {
  return list
    .split(/,|\||\/|\bor\b|\band\b/i)
    .map((item) => item.trim().replace(/^["'`]|["'`]$/g, ""))
    .filter((item) => item !== "");
}
