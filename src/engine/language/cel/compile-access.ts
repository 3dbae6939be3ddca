import type { ASTNode } from "@marcbachmann/cel-js";
import { type Compilation, type Evaluate, invalid, type Run } from "./evaluation.ts";
import { TYPES } from "./functions/conversions.ts";
import { hasPath, readLocal, readScope, staticPath } from "./read-path.ts";
import { Optional } from "./special-values.ts";
import { failed, isList, isObject, member, typeInWords, type Value } from "./values.ts";

type Access = Extract<ASTNode, { readonly op: "." | ".?" | "[]" | "[?]" }>;

function isAccess(node: ASTNode): node is Access {
  return node.op === "." || node.op === ".?" || node.op === "[]" || node.op === "[?]";
}

/** Compiles a name, or the access to a member: `x`, `x.y`, `x[y]`, `x.?y`, `x[?y]`. */
export function compileAccess(
  node: ASTNode,
  all: Compilation,
  locals: ReadonlySet<string>,
): Evaluate {
  const path = staticPath(node);
  if (path !== null) return compilePath(path, all, locals);
  if (!isAccess(node)) throw invalid("This access is not supported.");
  const optional = optionalPath(node);
  if (optional !== null && !locals.has(optional.path[0] ?? "")) {
    if (optional.required > 1) all.paths.push(optional.path.slice(0, optional.required));
    all.tested.push(optional.path);
    return (run) => readOptional(optional.path, optional.required, run);
  }
  const holder = all.compile(node.args[0], locals);
  const key = keyOf(node, all, locals);
  const isOptional = node.op === ".?" || node.op === "[?]";
  return (run) => select(holder(run), key(run), isOptional);
}

function compilePath(
  path: readonly string[],
  all: Compilation,
  locals: ReadonlySet<string>,
): Evaluate {
  const name = path[0] ?? "";
  if (locals.has(name)) return (run) => readLocal(path, run);
  const type = TYPES.get(path.join("."));
  if (type !== undefined) return () => type;
  all.paths.push(path);
  return (run) => readScope(path, run.scope);
}

function keyOf(node: Access, all: Compilation, locals: ReadonlySet<string>): Evaluate {
  const key = node.args[1];
  return typeof key === "string" ? () => key : all.compile(key, locals);
}

/** A member; of an optional value, an optional member. */
function select(holder: Value, name: Value, isOptional: boolean): Value {
  if (holder instanceof Optional)
    return holder.value === undefined ? holder : optionalMember(holder.value, name);
  if (isOptional) return optionalMember(holder, name);
  const value = member(holder, name);
  if (value === undefined) throw failed(`There is no ${JSON.stringify(name).slice(0, 80)} here`);
  return value;
}

function optionalMember(holder: Value, name: Value): Optional {
  if (isList(holder) || isObject(holder)) return new Optional(member(holder, name));
  throw failed(
    `There is no ${JSON.stringify(name).slice(0, 80)} in ${typeInWords(holder)}: only lists and objects have members`,
  );
}

interface OptionalPath {
  readonly path: readonly string[];
  /** How many segments, the root included, stand before the first `?`. */
  readonly required: number;
}

/** The path of a chain of fixed names of which one or more are optional; `null` for anything else. */
function optionalPath(node: ASTNode): OptionalPath | null {
  const reversed: string[] = [];
  let current = node;
  let [afterFirst, found] = [0, false];
  while (isAccess(current)) {
    const name = fixedName(current);
    if (name === null) return null;
    reversed.push(name);
    if (current.op === ".?" || current.op === "[?]") [afterFirst, found] = [reversed.length, true];
    current = current.args[0];
  }
  if (current.op !== "id" || !found) return null;
  const path = [current.args, ...reversed.reverse()];
  return { path, required: path.length - afterFirst };
}

function fixedName(node: Access): string | null {
  const key = node.args[1];
  if (typeof key === "string") return key;
  if (key.op !== "value") return null;
  return typeof key.args === "string" || typeof key.args === "bigint" ? String(key.args) : null;
}

function readOptional(path: readonly string[], required: number, run: Run): Value {
  const value = run.scope.read(path);
  if (value !== undefined) return new Optional(value);
  if (required > 1) readScope(path.slice(0, required), run.scope);
  for (let length = Math.max(required, 2); length < path.length; length += 1) {
    const holder = run.scope.read(path.slice(0, length));
    if (holder === undefined) break;
    if (typeof holder !== "object" || holder === null)
      return optionalMember(holder, path[length] ?? "");
  }
  return new Optional(undefined);
}

/** Compiles `has(…)`. @throws {AppError} `expression_invalid` for anything but a member. */
export function compileHas(
  parts: readonly ASTNode[],
  all: Compilation,
  locals: ReadonlySet<string>,
): Evaluate {
  const [part] = parts;
  if (part === undefined || parts.length > 1 || !isAccess(part)) {
    throw invalid(
      "has(…) takes one path, such as has(variables.note) or has(stepResults['a-b'].output).",
    );
  }
  const path = staticPath(part) ?? optionalPath(part)?.path;
  if (path !== undefined) {
    if (!locals.has(path[0] ?? "")) all.tested.push(path);
    return hasPath(path, locals);
  }
  const keys: Evaluate[] = [];
  let base: ASTNode = part;
  while (isAccess(base)) {
    keys.unshift(keyOf(base, all, locals));
    [base] = base.args;
  }
  const holder = all.compile(base, locals);
  return (run) => {
    let value: Value | undefined = holder(run);
    for (const key of keys) {
      if (value instanceof Optional) ({ value } = value);
      value = value === undefined ? undefined : member(value, key(run));
    }
    return value !== undefined;
  };
}
