import type { ASTNode } from "@marcbachmann/cel-js";
import { optional } from "./arguments.ts";
import { type Compilation, type Evaluate, invalid, withLocal } from "./evaluation.ts";
import { Optional } from "./special-values.ts";

/** Methods of optional values whose argument is evaluated only when it is needed. */
export const OPTIONAL_MACROS: ReadonlySet<string> = new Set([
  "or",
  "orValue",
  "optMap",
  "optFlatMap",
]);

/** @param parts - the receiver and the arguments. @throws {AppError} `expression_invalid`. */
export function compileOptionalMacro(
  name: string,
  parts: readonly ASTNode[],
  all: Compilation,
  locals: ReadonlySet<string>,
): Evaluate {
  const [receiver, first, second] = parts;
  if (receiver === undefined || first === undefined) throw invalid(usageOf(name));
  const holder = all.compile(receiver, locals);
  if (name === "or" || name === "orValue") {
    if (parts.length !== 2) throw invalid(usageOf(name));
    const other = all.compile(first, locals);
    return (run) => {
      const held = optional(holder(run), `optional.${name}(x)`);
      if (held.value !== undefined) return name === "or" ? held : held.value;
      const value = other(run);
      return name === "or" ? optional(value, "optional.or(x)") : value;
    };
  }
  if (first.op !== "id" || second === undefined || parts.length !== 3) throw invalid(usageOf(name));
  const variable = first.args;
  const body = all.compile(second, new Set([...locals, variable]));
  return (run) => {
    const held = optional(holder(run), `optional.${name}(x, …)`);
    if (held.value === undefined) return held;
    const value = body(withLocal(run, variable, held.value));
    return name === "optMap" ? new Optional(value) : optional(value, "optional.optFlatMap(x, …)");
  };
}

function usageOf(name: string): string {
  const usage = name.startsWith("opt") ? `${name}(x, …)` : `${name}(x)`;
  return `${name} is written optional.${usage}.`;
}
