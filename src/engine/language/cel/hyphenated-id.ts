import type { ASTNode } from "@marcbachmann/cel-js";
import { AppError } from "../../../shared/errors.ts";
import { staticPath } from "./static-path.ts";

/**
 * Refuses `stepResults.check-severity`, which CEL reads as a subtraction. The result of a step is an object, so that such
 * a subtraction can never be meant.
 *
 * @throws {AppError} `expression_invalid` with the form that works.
 */
export function checkHyphen(node: ASTNode, source: string): void {
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
