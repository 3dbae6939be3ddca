import { parseSync } from "oxc-parser";
import { readOwn } from "../../src/shared/json.ts";

/** A text as a source has it. */
export interface Text {
  readonly line: number;
  /** What is filled in stands in braces, as the source names it: `{name} is not among the workflows.` */
  readonly text: string;
}

/** What a string needs to be a text: shorter ones are labels, names and keys. */
const WORDS = 3;

/** What programmers alone read: programming errors end in the log. */
const FOR_PROGRAMMERS = new Set(["Error", "TypeError", "RangeError"]);
/** `logger.warn`, `this.#options.logger.child({ run }).error`. */
const LOG_CALL = /\blog(?:ger)?\??\.(?:[^]*\.)?(?:trace|debug|info|warn|error|fatal)$/i;

/**
 * The texts of a source that people or models may read, in its order: strings and templates of three words or more, except for
 * what a logger takes and what programming errors say.
 *
 * @throws {Error} for what is no TypeScript.
 */
export function readTexts(path: string, source: string): readonly Text[] {
  const { program, errors } = parseSync(path, source);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${path}: ${error.message}`);
  const texts: Text[] = [];
  const add = (node: object, text: string): void => {
    const words = text.replaceAll(/\{[^}]*\}/g, " ").match(/\p{L}{2,}/gu) ?? [];
    if (words.length < WORDS || !/\s/.test(text.trim())) return;
    texts.push({ line: source.slice(0, positionOf(node, "start")).split("\n").length, text });
  };
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null || isForProgrammers(node, source)) return;
    const value = readOwn(node, "value");
    if (readOwn(node, "type") === "Literal" && typeof value === "string") add(node, value);
    if (readOwn(node, "type") === "TemplateLiteral") add(node, fillIn(node, source));
    for (const child of Object.values(node)) visit(child);
  };
  visit(program);
  return texts;
}

function isForProgrammers(node: object, source: string): boolean {
  const type = readOwn(node, "type");
  const callee = readOwn(node, "callee");
  if (typeof callee !== "object" || callee === null) return false;
  const called = source.slice(positionOf(callee, "start"), positionOf(callee, "end"));
  if (type === "NewExpression") return FOR_PROGRAMMERS.has(called);
  return type === "CallExpression" && LOG_CALL.test(called);
}

/** A template with its expressions in braces. */
function fillIn(template: object, source: string): string {
  const expressions = listOf(template, "expressions");
  const parts = listOf(template, "quasis").map((quasi, index) => {
    const text = readOwn(readOwn(quasi, "value"), "cooked");
    const expression = expressions[index];
    const shown =
      expression === undefined
        ? ""
        : `{${source.slice(positionOf(expression, "start"), positionOf(expression, "end")).replaceAll(/\s+/g, " ")}}`;
    return `${typeof text === "string" ? text : ""}${shown}`;
  });
  return parts.join("");
}

function listOf(node: object, key: string): readonly object[] {
  const list = readOwn(node, key);
  return Array.isArray(list) ? list.filter((one) => typeof one === "object" && one !== null) : [];
}

function positionOf(node: object, key: "start" | "end"): number {
  const position = readOwn(node, key);
  return typeof position === "number" ? position : 0;
}
