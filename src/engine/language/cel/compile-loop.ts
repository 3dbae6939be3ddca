import type { ASTNode } from "@marcbachmann/cel-js";
import { isJsonObject, type Json } from "../../../shared/json.ts";
import { type Compilation, type Evaluate, invalid, type Run } from "./evaluation.ts";
import { truth } from "./operators.ts";
import { failed, typeInWords } from "./values.ts";

/** The methods that bind a variable and evaluate an argument for each element. */
export const LOOPS = ["map", "filter", "all", "exists", "exists_one"] as const;
export type Loop = (typeof LOOPS)[number];

type MethodCall = Extract<ASTNode, { readonly op: "rcall" }>;

/** True for `list.map(x, …)` and its like. */
export function isLoop(node: ASTNode): node is MethodCall {
  return node.op === "rcall" && loopOf(node) !== undefined;
}

function loopOf(node: MethodCall): Loop | undefined {
  return LOOPS.find((name) => name === node.args[0]);
}

/** Compiles a loop over the elements of a list or the keys of an object. @throws {AppError} `expression_invalid`. */
export function compileLoop(
  node: MethodCall,
  all: Compilation,
  locals: ReadonlySet<string>,
): Evaluate {
  const loop = loopOf(node);
  const [, range, [variable, ...bodies]] = node.args;
  const counts = loop === "map" ? [1, 2] : [1];
  if (loop === undefined || variable?.op !== "id" || !counts.includes(bodies.length)) {
    throw invalid(
      `${node.args[0]} is written list.${node.args[0]}(x, …), with a name for the element first.`,
    );
  }
  const name = variable.args;
  const inner = new Set([...locals, name]);
  const items = all.compile(range, locals);
  const [first, second] = bodies.map((body) => all.compile(body, inner));
  if (first === undefined) throw invalid(`${loop} needs something to evaluate for each element.`);
  const enter = (run: Run, value: Json): Run => ({
    ...run,
    locals: { name, value, outer: run.locals },
  });
  return (run) => {
    const elements = elementsOf(items(run)).map((value) => ({ value, inside: enter(run, value) }));
    run.meter.spend(elements.length);
    const test = ({ inside }: { inside: Run }): boolean => truth(first(inside));
    switch (loop) {
      case "map":
        return second === undefined
          ? elements.map(({ inside }) => first(inside))
          : elements.filter(test).map(({ inside }) => second(inside));
      case "filter":
        return elements.filter(test).map(({ value }) => value);
      case "all":
        return elements.every(test);
      case "exists":
        return elements.some(test);
      case "exists_one":
        return elements.filter(test).length === 1;
    }
  };
}

function elementsOf(value: Json): readonly Json[] {
  if (Array.isArray(value)) return value;
  if (isJsonObject(value)) return Object.keys(value);
  throw failed(`A loop needs a list or an object, not ${typeInWords(value)}`);
}
