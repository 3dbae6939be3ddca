import type { ASTNode } from "@marcbachmann/cel-js";
import { didYouMean } from "../../../shared/did-you-mean.ts";
import { compilePattern } from "../safe-pattern.ts";
import { LOOPS } from "./compile-loop.ts";
import { type Compilation, type Evaluate, invalid } from "./evaluation.ts";
import { type CelFunction, FUNCTIONS, METHODS, matches } from "./functions.ts";
import { hasPath, staticPath } from "./read-path.ts";

type Call = Extract<ASTNode, { readonly op: "call" | "rcall" }>;

/** Functions that CEL has elsewhere, with the reason why they are missing here. */
const REFUSED: ReadonlyMap<string, string> = new Map(
  ["timestamp", "duration", "now", "getDate", "getFullYear", "getHours"].map((name) => [
    name,
    "Expressions know no dates and no clock; times in ISO form (2026-01-31T09:00:00Z) compare as text.",
  ]),
);

/** Compiles the call of a function or method by name. @throws {AppError} `expression_invalid`. */
export function compileCall(node: Call, all: Compilation, locals: ReadonlySet<string>): Evaluate {
  const { name, parts, table } = partsOf(node, locals);
  if (node.op === "call" && name === "has") return compileHas(parts, all, locals);
  const found = table.get(name);
  if (found === undefined) throw unknownName(name, node, table);
  const [fewest, most] = found.counts;
  if (parts.length < fewest || parts.length > most) {
    throw invalid(
      `${found.usage} is called with ${parts.length - (node.op === "rcall" ? 1 : 0)} arguments.`,
    );
  }
  const args = parts.map((part) => all.compile(part, locals));
  const pattern = parts[1];
  if (found === METHODS.get("matches") && pattern?.op === "value")
    return fixedPattern(pattern, args);
  return (run) =>
    found.apply(
      args.map((argument) => argument(run)),
      run.meter,
    );
}

function partsOf(
  node: Call,
  locals: ReadonlySet<string>,
): { name: string; parts: readonly ASTNode[]; table: ReadonlyMap<string, CelFunction> } {
  if (node.op === "call") return { name: node.args[0], parts: node.args[1], table: FUNCTIONS };
  const [method, receiver, rest] = node.args;
  if (receiver.op === "id" && receiver.args === "math" && !locals.has("math")) {
    return { name: `math.${method}`, parts: rest, table: FUNCTIONS };
  }
  return { name: method, parts: [receiver, ...rest], table: METHODS };
}

function unknownName(name: string, node: Call, table: ReadonlyMap<string, CelFunction>): Error {
  const reason = REFUSED.get(name);
  if (reason !== undefined) return invalid(`${name}() is not available. ${reason}`);
  const names = node.op === "call" ? [...table.keys(), "has"] : [...table.keys(), ...LOOPS];
  const kind = node.op === "call" || name.startsWith("math.") ? "function" : "method";
  return invalid(
    `There is no ${kind} ${name}().${didYouMean(name, names)} Known: ${names.join(", ")}.`,
  );
}

function compileHas(
  parts: readonly ASTNode[],
  all: Compilation,
  locals: ReadonlySet<string>,
): Evaluate {
  const path = parts.length === 1 && parts[0] !== undefined ? staticPath(parts[0]) : null;
  if (path === null || path.length < 2) {
    throw invalid(
      "has(…) takes one path with fixed names, such as has(variables.note) or has(stepResults['a-b'].output).",
    );
  }
  if (!locals.has(path[0] ?? "")) all.tested.push(path);
  return hasPath(path, locals);
}

/** A pattern that is written in the expression is compiled, and refused, once. */
function fixedPattern(node: ASTNode, args: readonly Evaluate[]): Evaluate {
  const [subject] = args;
  const pattern =
    typeof node.args === "string"
      ? compilePattern(node.args)
      : "The pattern of matches() has to be text.";
  if (typeof pattern === "string") throw invalid(pattern);
  return (run) => matches(subject?.(run), pattern, run.meter);
}
