import type { ASTNode } from "@marcbachmann/cel-js";
import { counted } from "../../../shared/counted.ts";
import { didYouMean } from "../../../shared/did-you-mean.ts";
import { shorten } from "../../../shared/shorten.ts";
import { compilePattern } from "../safe-pattern.ts";
import type { CelFunction } from "./arguments.ts";
import { compileHas } from "./compile-access.ts";
import { LOOPS } from "./compile-loop.ts";
import { compileOptionalMacro, OPTIONAL_MACROS } from "./compile-optional.ts";
import { type Compilation, type Evaluate, invalid, withLocal } from "./evaluation.ts";
import { FUNCTIONS, METHODS, NAMESPACES } from "./functions/index.ts";

type Call = Extract<ASTNode, { readonly op: "call" | "rcall" }>;

/** Functions that other languages have, with what to write instead. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  [
    "now",
    "Expressions have no clock, so that a run can be repeated; timestamp(execution.startedAt) is when the run began.",
  ],
  ...Object.entries({
    toLowerCase: "text.lowerAscii()",
    toUpperCase: "text.upperAscii()",
    includes: "text.contains(part), or x in list",
    length: "size(x)",
    len: "size(x)",
    toFixed: "numbers.format(x, digits) or '%.2f'.format([x])",
    round: "math.round(x) or numbers.round(x, digits)",
    parseInt: "int(x)",
    parseFloat: "double(x)",
    encodeURIComponent: "url.encode(text)",
    "json.stringify": "string(x)",
    "json.encode": "string(x)",
    "json.decode": "json.parse(text)",
    sum: "list.sum()",
    min: "math.least(x, y) or list.min()",
    max: "math.greatest(x, y) or list.max()",
    "math.min": "math.least(x, y)",
    "math.max": "math.greatest(x, y)",
    "math.sum": "list.sum()",
    unique: "list.distinct()",
    find: "list.filter(x, …).first()",
    reduce: "list.sum(), or a loop",
    flat: "list.flatten()",
    getDay: "timestamp.getDayOfWeek(zone)",
    getYear: "timestamp.getFullYear(zone)",
  }).map(([name, instead]) => [name, `Write ${instead}.`] as const),
]);

/** Compiles the call of a function or method by name. @throws {AppError} `expression_invalid`. */
export function compileCall(node: Call, all: Compilation, locals: ReadonlySet<string>): Evaluate {
  const { name, parts, table } = partsOf(node, locals);
  const macro = compileMacro(name, parts, table, all, locals);
  if (macro !== null) return macro;
  const found = table.get(name);
  if (found === undefined) throw unknownName(name, node, table);
  const [fewest, most] = found.counts;
  if (parts.length < fewest || parts.length > most) {
    throw invalid(
      `${found.usage} is called with ${counted(parts.length - (table === METHODS ? 1 : 0), "argument")}.`,
    );
  }
  const args = parts.map((part) => all.compile(part, locals));
  const pattern = parts[1];
  if (pattern?.op === "value" && found.withPattern !== undefined)
    return fixedPattern(found, pattern, args);
  return (run) =>
    found.apply(
      args.map((argument) => argument(run)),
      run.meter,
    );
}

/** What is no function: its arguments are not evaluated one by one. `null` for all others. */
function compileMacro(
  name: string,
  parts: readonly ASTNode[],
  table: ReadonlyMap<string, CelFunction>,
  all: Compilation,
  locals: ReadonlySet<string>,
): Evaluate | null {
  if (table === METHODS)
    return OPTIONAL_MACROS.has(name) ? compileOptionalMacro(name, parts, all, locals) : null;
  if (name === "has") return compileHas(parts, all, locals);
  return name === "cel.bind" ? compileBind(parts, all, locals) : null;
}

function partsOf(
  node: Call,
  locals: ReadonlySet<string>,
): { name: string; parts: readonly ASTNode[]; table: ReadonlyMap<string, CelFunction> } {
  if (node.op === "call") return { name: node.args[0], parts: node.args[1], table: FUNCTIONS };
  const [method, receiver, rest] = node.args;
  if (receiver.op === "id" && !locals.has(receiver.args)) {
    const isNamespace = NAMESPACES.has(receiver.args) || receiver.args === "cel";
    if (isNamespace) return { name: `${receiver.args}.${method}`, parts: rest, table: FUNCTIONS };
  }
  return { name: method, parts: [receiver, ...rest], table: METHODS };
}

function unknownName(name: string, node: Call, table: ReadonlyMap<string, CelFunction>): Error {
  const instead = ELSEWHERE.get(name);
  if (instead !== undefined) return invalid(`There is no ${name}(). ${instead}`);
  const isFunction = table === FUNCTIONS;
  const names = isFunction
    ? [...table.keys(), "has", "cel.bind"]
    : [...table.keys(), ...LOOPS.keys(), ...OPTIONAL_MACROS];
  const [namespace] = name.split(".");
  const known = names.filter((other) =>
    node.op === "call" || !isFunction ? !other.includes(".") : other.startsWith(`${namespace}.`),
  );
  return invalid(
    `There is no ${isFunction ? "function" : "method"} ${shorten(name, 60)}().${didYouMean(name, names)} Known: ${known.join(", ")}.`,
  );
}

/** `cel.bind(name, value, body)`: the body with a name for a value, which is evaluated once. */
function compileBind(
  parts: readonly ASTNode[],
  all: Compilation,
  locals: ReadonlySet<string>,
): Evaluate {
  const [variable, value, body] = parts;
  if (variable?.op !== "id" || value === undefined || body === undefined || parts.length > 3)
    throw invalid("cel.bind is written cel.bind(name, value, expression).");
  const name = variable.args;
  const bound = all.compile(value, locals);
  const inside = all.compile(body, new Set([...locals, name]));
  return (run) => inside(withLocal(run, name, bound(run)));
}

/** A pattern that is written in the expression is compiled, and refused, once. */
function fixedPattern(
  found: CelFunction,
  node: Extract<ASTNode, { readonly op: "value" }>,
  args: readonly Evaluate[],
): Evaluate {
  const pattern =
    typeof node.args === "string"
      ? compilePattern(node.args)
      : `The pattern of ${found.usage} has to be text.`;
  if (typeof pattern === "string") throw invalid(pattern);
  return (run) =>
    found.withPattern?.(
      args.map((argument) => argument(run)),
      pattern,
      run.meter,
    ) ?? null;
}
