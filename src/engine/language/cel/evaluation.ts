import type { ASTNode } from "@marcbachmann/cel-js";
import { AppError } from "../../../shared/errors.ts";
import type { Scope } from "../scope.ts";
import type { Meter } from "./meter.ts";
import type { Value } from "./values.ts";

/** What an evaluation reads. */
export interface Run {
  readonly scope: Scope;
  readonly meter: Meter;
  readonly locals: Local | null;
}

/** A variable of a loop or of `cel.bind`, with those around it. */
export interface Local {
  readonly name: string;
  readonly value: Value;
  readonly outer: Local | null;
}

/** A run inside, where a name stands for a value. */
export function withLocal(run: Run, name: string, value: Value): Run {
  return { ...run, locals: { name, value, outer: run.locals } };
}

/** A compiled node: gives its value in a run, or throws `expression_failed`. */
export type Evaluate = (run: Run) => Value;

/** What is gathered while the nodes are compiled. */
export interface Compilation {
  readonly source: string;
  /** Paths that the expression reads from the scope. */
  readonly paths: (readonly string[])[];
  /** Paths that it only asks for, with `has` or `.?`. */
  readonly tested: (readonly string[])[];
  /** Compiles a node below; `locals` are the names of the loop variables around it. */
  readonly compile: (node: ASTNode, locals: ReadonlySet<string>) => Evaluate;
}

/** A compile-time problem. */
export function invalid(message: string): AppError {
  return new AppError({ code: "expression_invalid", message });
}
