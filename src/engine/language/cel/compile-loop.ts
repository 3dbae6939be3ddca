import type { ASTNode } from "@marcbachmann/cel-js";
import { type AppError, isAppError } from "../../../shared/errors.ts";
import { type Compilation, type Evaluate, invalid, type Run, withLocal } from "./evaluation.ts";
import { sortByKeys } from "./functions/lists.ts";
import { makeObject } from "./objects.ts";
import { truth } from "./operators.ts";
import { failed, isList, isObject, typeInWords, type Value } from "./values.ts";

type MethodCall = Extract<ASTNode, { readonly op: "rcall" }>;

/** An element of what is looped over, with the run in which its names are bound. */
interface Element {
  /** The position in a list, the key in an object. */
  readonly key: Value;
  /** What the loop gives back of it: the element of a list, the key of an object. */
  readonly item: Value;
  readonly inside: Run;
}

interface Loop {
  /** How many names and how many expressions may follow. */
  readonly shapes: readonly (readonly [names: number, bodies: number])[];
  readonly usage: string;
  readonly run: (elements: readonly Element[], bodies: readonly Evaluate[], run: Run) => Value;
}

/** The methods that bind one or two names and evaluate an argument for each element. */
export const LOOPS: ReadonlyMap<string, Loop> = new Map<string, Loop>([
  [
    "map",
    {
      shapes: [
        [1, 1],
        [1, 2],
      ],
      usage: "list.map(x, …)",
      run: transformed,
    },
  ],
  ["filter", { shapes: [[1, 1]], usage: "list.filter(x, …)", run: filtered }],
  ["all", quantifier("all", (elements, test) => !anyIs(false, elements, test))],
  ["exists", quantifier("exists", (elements, test) => anyIs(true, elements, test))],
  ["exists_one", quantifier("exists_one", isOne)],
  ["existsOne", quantifier("existsOne", isOne)],
  [
    "transformList",
    {
      shapes: [
        [2, 1],
        [2, 2],
      ],
      usage: "list.transformList(i, x, …)",
      run: transformed,
    },
  ],
  [
    "transformMap",
    {
      shapes: [
        [2, 1],
        [2, 2],
      ],
      usage: "object.transformMap(key, x, …)",
      run: (elements, bodies) =>
        makeObject(chosen(elements, bodies).map(({ key, inside }) => [key, last(bodies)(inside)])),
    },
  ],
  [
    "transformMapEntry",
    {
      shapes: [
        [2, 1],
        [2, 2],
      ],
      usage: "object.transformMapEntry(key, x, {…})",
      run: (elements, bodies) =>
        makeObject(
          chosen(elements, bodies).flatMap(({ inside }) => entriesOf(last(bodies)(inside))),
        ),
    },
  ],
  [
    "sortBy",
    {
      shapes: [[1, 1]],
      usage: "list.sortBy(x, …)",
      run: (elements, bodies, run) =>
        sortByKeys(
          elements.map(({ item, inside }) => ({ value: item, key: last(bodies)(inside) })),
          run.meter,
        ),
    },
  ],
]);

/** True for `list.map(x, …)` and its like. */
export function isLoop(node: ASTNode): node is MethodCall {
  return node.op === "rcall" && LOOPS.has(node.args[0]);
}

/** Compiles a loop over the elements of a list or the keys of an object. @throws {AppError} `expression_invalid`. */
export function compileLoop(
  node: MethodCall,
  all: Compilation,
  locals: ReadonlySet<string>,
): Evaluate {
  const [method, range, parts] = node.args;
  const loop = LOOPS.get(method);
  const shape = loop?.shapes.find((candidate) => fits(candidate, parts));
  if (loop === undefined || shape === undefined) {
    const usage = loop?.usage ?? "list.map(x, …)";
    throw invalid(`${method} is written ${usage}, with a name for the element first.`);
  }
  const names = parts.slice(0, shape[0]).flatMap((part) => (part.op === "id" ? [part.args] : []));
  const inner = new Set([...locals, ...names]);
  const items = all.compile(range, locals);
  const bodies = parts.slice(shape[0]).map((body) => all.compile(body, inner));
  return (run) => {
    const elements = elementsOf(items(run), names, run);
    run.meter.spend(elements.length);
    return loop.run(elements, bodies, run);
  };
}

function fits([names, bodies]: readonly [number, number], parts: readonly ASTNode[]): boolean {
  const named = parts.slice(0, names);
  const isNamed = named.every(({ op }) => op === "id");
  const isDistinct = new Set(named.map(({ args }) => args)).size === names;
  return parts.length === names + bodies && isNamed && isDistinct;
}

function elementsOf(value: Value, names: readonly string[], run: Run): readonly Element[] {
  const [first = "", second] = names;
  const enter = (key: Value, item: Value, inner: Value): Element => ({
    key,
    item,
    inside:
      second === undefined
        ? withLocal(run, first, item)
        : withLocal(withLocal(run, first, key), second, inner),
  });
  if (isList(value)) return value.map((item, index) => enter(index, item, item));
  if (isObject(value)) return Object.entries(value).map(([key, item]) => enter(key, key, item));
  throw failed(`A loop needs a list or an object, not ${typeInWords(value)}`);
}

function last(bodies: readonly Evaluate[]): Evaluate {
  const body = bodies.at(-1);
  if (body === undefined) throw failed("A loop needs something to evaluate for each element.");
  return body;
}

/** The elements that a first body, a condition, lets through; all of them where there is none. */
function chosen(elements: readonly Element[], bodies: readonly Evaluate[]): readonly Element[] {
  const [condition] = bodies;
  if (bodies.length < 2 || condition === undefined) return elements;
  return elements.filter(({ inside }) => truth(condition(inside)));
}

function transformed(elements: readonly Element[], bodies: readonly Evaluate[]): Value {
  return chosen(elements, bodies).map(({ inside }) => last(bodies)(inside));
}

function filtered(elements: readonly Element[], bodies: readonly Evaluate[]): Value {
  return elements.filter(({ inside }) => truth(last(bodies)(inside))).map(({ item }) => item);
}

function quantifier(
  name: string,
  decide: (elements: readonly Element[], test: (element: Element) => boolean) => boolean,
): Loop {
  return {
    shapes: [
      [1, 1],
      [2, 1],
    ],
    usage: `list.${name}(x, …)`,
    run: (elements, bodies) => decide(elements, ({ inside }) => truth(last(bodies)(inside))),
  };
}

/** Whether one element decides; it does so even if others fail, as with `&&` and `||`. */
function anyIs(
  deciding: boolean,
  elements: readonly Element[],
  test: (element: Element) => boolean,
): boolean {
  let first: AppError | undefined;
  for (const element of elements) {
    try {
      if (test(element) === deciding) return true;
    } catch (error) {
      if (!isAppError(error, "expression_failed")) throw error;
      first ??= error;
    }
  }
  if (first !== undefined) throw first;
  return false;
}

function isOne(elements: readonly Element[], test: (element: Element) => boolean): boolean {
  return elements.filter(test).length === 1;
}

function entriesOf(value: Value): readonly (readonly [string, Value])[] {
  if (isObject(value)) return Object.entries(value);
  throw failed(`transformMapEntry takes an object for each element, not ${typeInWords(value)}`);
}
