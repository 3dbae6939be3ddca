import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

/** An import of one file by another, both relative to the project's root. `import type` and `import()` count like any other. */
export interface Import {
  readonly from: string;
  readonly to: string;
}

/** Every relative specifier of a source: `import … from`, `export … from`, `import()`, `import type`. */
const SPECIFIER = /(?:\bfrom|\bimport\(?)\s*"(\.{1,2}\/[^"]+)"/g;

/** Reads the imports of every source below a folder. */
export function readImports(root: string, folder: string): readonly Import[] {
  const files = globSync(`${folder}/**/*.ts`, { cwd: root }).sort();
  return files.flatMap((from) => importsOf(from, readFileSync(join(root, from), "utf8")));
}

/** The imports that a source names, relative to the project's root. */
export function importsOf(from: string, text: string): readonly Import[] {
  return [...text.matchAll(SPECIFIER)].map(([, specifier = ""]) => ({
    from,
    to: normalize(join(dirname(from), specifier)),
  }));
}

/**
 * Finds the files that import each other in a circle.
 *
 * @returns each strongly connected component of more than one file, its files in order.
 */
export function findCircles(imports: readonly Import[]): readonly (readonly string[])[] {
  const next = new Map<string, string[]>();
  for (const { from, to } of imports) next.set(from, [...(next.get(from) ?? []), to]);
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];
  const visit = (file: string): void => {
    order.set(file, order.size);
    low.set(file, order.size - 1);
    stack.push(file);
    for (const to of next.get(file) ?? []) {
      if (!order.has(to)) visit(to);
      if (stack.includes(to)) low.set(file, Math.min(low.get(file) ?? 0, low.get(to) ?? 0));
    }
    if (low.get(file) !== order.get(file)) return;
    const circle = stack.splice(stack.indexOf(file)).sort();
    if (circle.length > 1) circles.push(circle);
  };
  for (const file of next.keys()) if (!order.has(file)) visit(file);
  return circles;
}
