import type { ASTNode } from "@marcbachmann/cel-js";

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
