import type { ASTNode } from "@marcbachmann/cel-js";
import { AppError, isAppError } from "../../../shared/errors.ts";
import { shorten } from "../../../shared/shorten.ts";
import { compileAccess } from "./compile-access.ts";
import { compileCall } from "./compile-call.ts";
import { compileLoop, isLoop } from "./compile-loop.ts";
import { type Compilation, type Evaluate, invalid } from "./evaluation.ts";
import { makeObject } from "./objects.ts";
import { BINARY, negate, truth } from "./operators.ts";
import { staticPath } from "./read-path.ts";
import { Bytes } from "./special-values.ts";
import type { Value } from "./values.ts";

/** The source of a node, short enough for a message. */
function excerpt(source: string, node: ASTNode): string {
  return shorten(source.slice(node.range.start, node.range.end).replace(/\s+/g, " "), 60);
}

function compileNode(node: ASTNode, all: Compilation, locals: ReadonlySet<string>): Evaluate {
  const evaluate = compileOperator(node, all, locals);
  return (run) => {
    run.meter.spend(1);
    try {
      return evaluate(run);
    } catch (error) {
      throw locate(error, excerpt(all.source, node));
    }
  };
}

/** Adds to an error the part of the expression that failed; the innermost part says most. */
function locate(error: unknown, part: string): unknown {
  if (!isAppError(error, "expression_failed") || error.details["part"] !== undefined) return error;
  return new AppError({
    code: "expression_failed",
    message: `${error.message.replace(/\.$/, "")} (in ${part}).`,
    details: { part },
  });
}

function compileOperator(node: ASTNode, all: Compilation, locals: ReadonlySet<string>): Evaluate {
  const child = (part: ASTNode): Evaluate => all.compile(part, locals);
  switch (node.op) {
    case "value": {
      const value = literal(node, all.source);
      return () => value;
    }
    case "id":
    case ".":
    case "[]":
    case ".?":
    case "[?]":
      return compileAccess(node, all, locals);
    case "call":
    case "rcall":
      return isLoop(node) ? compileLoop(node, all, locals) : compileCall(node, all, locals);
    case "list": {
      const items = node.args.map(child);
      return (run) => items.map((item) => item(run));
    }
    case "map":
      return compileMap(node.args, child);
    case "?:": {
      const [condition, then, otherwise] = [
        child(node.args[0]),
        child(node.args[1]),
        child(node.args[2]),
      ];
      return (run) => (truth(condition(run)) ? then(run) : otherwise(run));
    }
    case "||":
    case "&&":
      return logical(node.op === "||", child(node.args[0]), child(node.args[1]));
    case "!_": {
      const operand = child(node.args);
      return (run) => !truth(operand(run));
    }
    case "-_": {
      const operand = child(node.args);
      return (run) => negate(operand(run));
    }
    default: {
      checkHyphen(node, all.source);
      const operator = BINARY.get(node.op);
      if (operator === undefined || !isBinary(node))
        throw invalid(`"${node.op}" is not supported.`);
      const [left, right] = [child(node.args[0]), child(node.args[1])];
      return (run) => operator(left(run), right(run), run.meter);
    }
  }
}

function isBinary(node: ASTNode): node is ASTNode & { readonly args: readonly [ASTNode, ASTNode] } {
  return BINARY.has(node.op);
}

function literal(node: Extract<ASTNode, { readonly op: "value" }>, source: string): Value {
  const value = node.args;
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return value;
  if (value instanceof Uint8Array) {
    // The parser would make one byte of each letter.
    if (/[^\0-\u007F]/.test(source.slice(node.range.start, node.range.end)))
      throw invalid('Letters beyond ASCII cannot stand in bytes (b"…"). Write bytes("…").');
    return new Bytes(value);
  }
  const whole = Number(value);
  if (Number.isSafeInteger(whole)) return whole;
  const written = typeof value === "bigint" ? value.toString() : whole;
  throw invalid(
    `The number ${written} is beyond 2^53, where whole numbers lose digits. Keep it as text.`,
  );
}

/** The truth of one side decides, even if the other one fails: `has(x.y) && x.y > 1` works in either order. */
function logical(deciding: boolean, left: Evaluate, right: Evaluate): Evaluate {
  return (run) => {
    let first: AppError | undefined;
    try {
      if (truth(left(run)) === deciding) return deciding;
    } catch (error) {
      if (!isAppError(error, "expression_failed")) throw error;
      first = error;
    }
    if (truth(right(run)) === deciding) return deciding;
    if (first !== undefined) throw first;
    return !deciding;
  };
}

function compileMap(
  entries: readonly (readonly [ASTNode, ASTNode])[],
  child: (node: ASTNode) => Evaluate,
): Evaluate {
  const compiled = entries.map(([key, value]) => {
    // A bare word as a key is its name, as in JSON written by hand.
    const name = key.op === "id" ? key.args : undefined;
    return { key: name === undefined ? child(key) : () => name, value: child(value) };
  });
  return (run) => makeObject(compiled.map(({ key, value }) => [key(run), value(run)]));
}

/** Compiles a whole expression. @throws {AppError} `expression_invalid` for what no evaluation could do. */
export function compileTree(tree: ASTNode, source: string): Compiled {
  const all: Compilation = {
    source,
    paths: [],
    tested: [],
    compile: (node, locals) => compileNode(node, all, locals),
  };
  const evaluate = all.compile(tree, new Set());
  return { evaluate, paths: all.paths, tested: all.tested };
}

/** A compiled expression with the paths that it reads and those that it asks for with `has`. */
export interface Compiled extends Pick<Compilation, "paths" | "tested"> {
  readonly evaluate: Evaluate;
}

/**
 * Refuses `stepResults.check-severity`, which CEL reads as a subtraction. The result of a step is an object, so that such
 * a subtraction can never be meant.
 *
 * @throws {AppError} `expression_invalid` with the form that works.
 */
function checkHyphen(node: ASTNode, source: string): void {
  if (node.op !== "-") return;
  // What stands before the hyphen: in `1 + stepResults.a - b` the left side is the whole sum.
  let before = node.args[0];
  while (before.op === "+" || before.op === "-" || before.op === "*" || before.op === "/")
    before = before.args[1];
  const path = staticPath(before);
  if (path?.length !== 2 || path[0] !== "stepResults") return;
  const written = /stepResults\s*\.\s*([A-Za-z]\w*(?:-\w+)+)/y;
  written.lastIndex = before.range.start;
  const id = written.exec(source)?.[1];
  if (id === undefined) return;
  throw new AppError({
    code: "expression_invalid",
    message: `stepResults.${id} is read as a subtraction, because of the hyphen. Write stepResults['${id}'].`,
  });
}
