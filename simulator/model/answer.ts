import type { Json } from "../json.ts";
import type { ChatRequest } from "./chat-request.ts";
import { alternativesIn, isReason, objectOfPrompt, shapeOfPrompt } from "./prompt-shape.ts";
import { type Answer, about, type Question, readQuestion } from "./question.ts";
import { classify, classifyMany } from "./rules/classification.ts";
import { generateDefinition } from "./rules/generation/build.ts";
import { moderate } from "./rules/moderation.ts";
import { decideByPolicy } from "./rules/policy.ts";
import { rate } from "./rules/rating.ts";
import { pickDegree } from "./rules/severity.ts";
import { keywords, shorten, write } from "./rules/text.ts";
import { decideYesNo, yesNoValues } from "./rules/yes-no.ts";
import { type Field, type Shape, shapeOfSchema } from "./shape.ts";

const REASON_CHARACTERS = 160;
const KEYWORDS = 5;

/**
 * @returns the content of the stand-in's answer: JSON where the request wants JSON, else bare text. The
 *   same request gives the same content.
 */
export function answerContent(request: ChatRequest): string {
  const definition = generateDefinition(request);
  if (definition !== undefined) return definition;
  const question = readQuestion(request.messages);
  const { format } = request;
  switch (format.kind) {
    case "json_schema":
      return JSON.stringify(fill(shapeOfSchema(format.schema), question).value);
    case "json_object":
      return JSON.stringify(fill(objectOfPrompt(question), question).value);
    case "text":
      return bare(shapeOfPrompt(question), question);
    default:
      return format satisfies never;
  }
}

function bare(shape: Shape, question: Question): string {
  const { value } = fill(shape, question);
  if (shape.kind === "text")
    return `${write(question).value}\n\n(Stand-in model: taken from the text given.)`;
  return typeof value === "string" ? value : JSON.stringify(value);
}

function fill(shape: Shape, question: Question): Answer<Json> {
  switch (shape.kind) {
    case "constant":
      return { value: shape.value, because: "only one value is allowed", confidence: 1 };
    case "choice":
      return choose(question, shape.values);
    case "number":
      return rate(question, shape);
    case "boolean":
      return decideYesNo(question);
    case "text": {
      const answer = write(question);
      return { ...answer, value: shorten(answer.value, shape.maxLength ?? Infinity) };
    }
    case "list":
      return fillList(shape, question);
    case "object":
      return fillObject(shape.fields, question);
    default:
      return shape satisfies never;
  }
}

/** The rule families for one of several values, the most specific first. */
function choose(question: Question, values: readonly string[]): Answer<string> {
  const binary = yesNoValues(values);
  if (binary !== undefined) {
    const answer = decideYesNo(question);
    return { ...answer, value: answer.value ? binary.yes : binary.no };
  }
  return (
    decideByPolicy(question, values) ??
    pickDegree(question, values) ??
    moderate(question, values) ??
    classify(question, values)
  );
}

function fillList(shape: Shape & { kind: "list" }, question: Question): Answer<Json> {
  const because = "words of the text";
  if (shape.item.kind === "choice") {
    const found = classifyMany(question, shape.item.values);
    const value = found.length > 0 ? found : [classify(question, shape.item.values).value];
    return { value, because, confidence: 0.6 };
  }
  if (shape.item.kind === "text") {
    return {
      value: keywords(question, Math.max(KEYWORDS, shape.minItems)),
      because,
      confidence: 0.5,
    };
  }
  const item = fill(shape.item, question);
  return { ...item, value: Array.from({ length: Math.max(1, shape.minItems) }, () => item.value) };
}

function fillObject(fields: readonly Field[], question: Question): Answer<Json> {
  const answers = new Map<string, Answer<Json>>();
  for (const field of fields) {
    if (!isReason(field.name) && !isConfidence(field))
      answers.set(field.name, ask(field, question));
  }
  const main = mainAnswer(fields, answers) ?? {
    value: null,
    because: "nothing else was asked",
    confidence: 0.5,
  };
  const members = fields.map((field): [string, Json] => {
    if (isReason(field.name)) return [field.name, reasonFor(main, field.shape)];
    if (isConfidence(field)) return [field.name, confidenceFor(main, field.shape)];
    return [field.name, answers.get(field.name)?.value ?? null];
  });
  return { ...main, value: Object.fromEntries(members) };
}

/** A field named `value` stands for the prompt's question; every other field's name is its question. */
function ask(field: Field, question: Question): Answer<Json> {
  const isWhole = /^(value|answer|result|output|response)$/i.test(field.name);
  const inner = isWhole ? question : about(question, field.name, field.description);
  const isOpenDecision =
    field.shape.kind === "text" &&
    /^(value|decision|action|category|label|verdict)$/i.test(field.name);
  const values = isOpenDecision ? alternativesIn(question) : [];
  return fill(values.length > 0 ? { kind: "choice", values } : field.shape, inner);
}

/** The answer that the reason explains: a choice, else a decision of another form, else the first. */
function mainAnswer(
  fields: readonly Field[],
  answers: ReadonlyMap<string, Answer<Json>>,
): Answer<Json> | undefined {
  const asked = fields.filter((field) => answers.has(field.name));
  const main =
    asked.find((field) => field.name === "value") ??
    asked.find((field) => field.shape.kind === "choice") ??
    asked.find((field) => field.shape.kind === "boolean" || field.shape.kind === "number") ??
    asked[0];
  return main === undefined ? undefined : answers.get(main.name);
}

function reasonFor(main: Answer<Json>, shape: Shape): Json {
  const limit = shape.kind === "text" ? (shape.maxLength ?? REASON_CHARACTERS) : REASON_CHARACTERS;
  return shorten(`Stand-in model: ${main.because}`, Math.min(limit, REASON_CHARACTERS));
}

function isConfidence(field: Field): boolean {
  return field.name.toLowerCase() === "confidence" && field.shape.kind === "number";
}

/** Providers say 0–1; a field that allows up to 100 means percent. */
function confidenceFor(main: Answer<Json>, shape: Shape): Json {
  if (shape.kind !== "number") return main.confidence;
  const scaled = (shape.max ?? 1) > 1 ? main.confidence * (shape.max ?? 1) : main.confidence;
  return shape.isInteger ? Math.round(scaled) : Math.round(scaled * 100) / 100;
}
