import type { ASTNode } from "@marcbachmann/cel-js";
import { AppError } from "../../../shared/errors.ts";
import type { Json } from "../../../shared/json.ts";
import type { Scope } from "../scope.ts";
import type { Meter } from "./meter.ts";

/** What an evaluation reads. */
export interface Run {
  readonly scope: Scope;
  readonly meter: Meter;
  readonly locals: Local | null;
}

/** A loop variable, with those of the loops around it. */
export interface Local {
  readonly name: string;
  readonly value: Json;
  readonly outer: Local | null;
}

/** A compiled node: gives its value in a run, or throws `expression_failed`. */
export type Evaluate = (run: Run) => Json;

/** What is gathered while the nodes are compiled. */
export interface Compilation {
  readonly source: string;
  /** Paths that the expression reads from the scope. */
  readonly paths: (readonly string[])[];
  /** Paths that it only asks for, with `has`. */
  readonly tested: (readonly string[])[];
  /** Compiles a node below; `locals` are the names of the loop variables around it. */
  readonly compile: (node: ASTNode, locals: ReadonlySet<string>) => Evaluate;
}

/** A compile-time problem. */
export function invalid(message: string): AppError {
  return new AppError({ code: "expression_invalid", message });
}
