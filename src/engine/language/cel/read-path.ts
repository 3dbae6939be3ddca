import type { ASTNode } from "@marcbachmann/cel-js";
import { AppError, isAppError } from "../../../shared/errors.ts";
import { explainMissing, writePath } from "../missing-value.ts";
import type { Scope } from "../scope.ts";
import type { Evaluate, Run } from "./evaluation.ts";
import { failed, member, type Value } from "./values.ts";

/**
 * The path of a chain of fixed member names, such as `stepResults['check-severity'].output` or `variables.items[0]`;
 * `null` for anything else. Its first segment may be the name of a loop variable.
 */
export function staticPath(node: ASTNode): readonly string[] | null {
  const reversed: string[] = [];
  let current = node;
  for (;;) {
    if (current.op === "id") return [current.args, ...reversed.reverse()];
    if (current.op === ".") reversed.push(current.args[1]);
    else if (current.op === "[]") {
      const key = current.args[1];
      if (key.op !== "value") return null;
      if (typeof key.args !== "string" && typeof key.args !== "bigint") return null;
      reversed.push(String(key.args));
    } else return null;
    current = current.args[0];
  }
}

/** The value at a path that begins with a root. @throws {AppError} `expression_failed` naming what is there instead. */
export function readScope(path: readonly string[], scope: Scope): Value {
  const value = scope.read(path);
  if (value === undefined) {
    throw new AppError({
      code: "expression_failed",
      message: `${writePath(path)} has no value. ${explainMissing(path, scope)} has(${writePath(path)}) asks whether it is there.`,
      details: { part: writePath(path) },
    });
  }
  return value;
}

/** The value at a path that begins with a loop variable. @throws {AppError} `expression_failed`. */
export function readLocal(path: readonly string[], run: Run): Value {
  let local = run.locals;
  while (local !== null && local.name !== path[0]) local = local.outer;
  let value: Value | undefined = local?.value;
  for (const segment of path.slice(1)) {
    value = value === undefined ? undefined : member(value, segment);
    if (value === undefined)
      throw failed(`${writePath(path)} has no value: there is no "${segment}"`);
  }
  return value ?? null;
}

/** Whether a chain of members leads anywhere; never fails. */
export function hasPath(path: readonly string[], locals: ReadonlySet<string>): Evaluate {
  if (!locals.has(path[0] ?? "")) return (run) => run.scope.read(path) !== undefined;
  return (run) => {
    try {
      readLocal(path, run);
      return true;
    } catch (error) {
      if (isAppError(error, "expression_failed")) return false;
      throw error;
    }
  };
}
