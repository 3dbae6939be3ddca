import { asAppError } from "../../shared/errors.ts";
import type { Json, JsonObject } from "../../shared/json.ts";
import { compileExpression, type Expression } from "../language/expression.ts";
import type { Scope } from "../language/scope.ts";

/** What an expression of a trigger may read. */
const ROOTS = ["variables", "trigger"];

/** How an input takes what a trigger gives: a variable by its name, or the value of an expression. */
export type InputSource =
  | { readonly variable: string }
  | { readonly expression: Expression; readonly path: readonly string[] | null }
  | { readonly problem: string; readonly text: string };

/** A name as a person writes it, and nothing that calculates. */
const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_ -]*$/u;

/** A path and nothing besides: what is missing there is not given, as a variable that is not there. */
const PATH =
  /^\s*(?:variables|trigger)(?:\s*\.\s*[A-Za-z_]\w*|\s*\[\s*(?:'[^'\\]*'|"[^"\\]*")\s*\])+\s*$/;

/** Reads what `inputs` of a trigger says of one input. */
export function readInputSource(source: string): InputSource {
  if (NAME.test(source)) return { variable: source };
  try {
    const expression = compileExpression(source);
    const unknown = expression.paths.find(([root = ""]) => !ROOTS.includes(root))?.[0];
    if (unknown !== undefined)
      return refuse(
        source,
        `"${unknown}" is not known here: write variables.${unknown}, or trigger`,
      );
    const [path] = expression.paths;
    return { expression, path: PATH.test(source) && path !== undefined ? path : null };
  } catch (error) {
    return refuse(source, asAppError(error).message);
  }
}

function refuse(text: string, problem: string): InputSource {
  return { problem, text };
}

/**
 * The value for an input; `undefined`: the trigger does not give it.
 *
 * @throws {AppError} `expression_failed`, `limit_exceeded`.
 */
export function takeInput(source: InputSource, scope: Scope): Json | undefined {
  // A version that was deployed before there were expressions may name a variable so.
  if ("problem" in source) return scope.read(["variables", source.text]);
  if ("variable" in source) return scope.read(["variables", source.variable]);
  return source.path === null ? source.expression.evaluate(scope) : scope.read(source.path);
}

/** The scope of expressions of a trigger: what it gives, and what is known of it. */
export function triggerScope(variables: JsonObject, trigger: object): Scope {
  const roots = { variables, trigger };
  return {
    roots,
    read: (path) => {
      let value: unknown = roots;
      for (const part of path) {
        if (typeof value !== "object" || value === null || !Object.hasOwn(value, part))
          return undefined;
        value = Reflect.get(value, part);
      }
      return isJson(value) ? value : undefined;
    },
  };
}

/** Variables and triggers hold nothing but JSON. */
function isJson(value: unknown): value is Json {
  return value !== undefined;
}
