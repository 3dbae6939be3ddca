import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { findCircles, type Import, importsOf, readImports } from "./source-tree.ts";

const ROOT = resolve(import.meta.dirname, "../..");

/**
 * The folders of `src/`, the lowest first: a file imports only from its own folder and from those before it. A folder named here
 * belongs to itself, not to the folder that holds it.
 */
const ORDER = [
  // The shipped definitions, data beside src/: the built-in templates are made of them.
  "workflows",
  "shared",
  "engine/model",
  "engine/ports",
  "engine/language",
  "engine/definition",
  "engine/definition/validation",
  "engine/execution/reducer",
  "engine/execution/decider",
  "engine/api",
  "engine/execution/projections",
  "engine/access",
  "engine/audit",
  "engine/ai",
  "engine/steps",
  "engine/triggers/types",
  "engine/runtime",
  "engine/prompts",
  "engine/workflows",
  "engine/executions",
  "engine/triggers",
  "engine/absences",
  "engine/costs",
  "engine/drafts",
  "engine/evaluation",
  "engine/gate",
  "engine/engine.ts",
  "diagrams",
  "slack",
  "adapters",
  "services",
  "telemetry",
  "store",
  "bot",
  "web",
  "app",
  "doctor",
  "main.ts",
] as const;

/** What may be imported of the engine from outside. */
const PUBLIC = /^src\/engine\/(api\/|model\/|ports\/|definition\/|engine\.ts$)/;

/** Folders that know nothing of each other, although one stands before the other in the order. */
const STRANGERS = [
  ["bot", "web"],
  ["services", "store"],
  ["adapters", "store"],
  ["slack", "store"],
] as const;

/** The entry of the order that a file belongs to: the longest that holds it. */
function layerOf(file: string): string {
  const path = file.replace(/^src\//, "");
  const holders = ORDER.filter((entry) => path === entry || path.startsWith(`${entry}/`));
  return holders.reduce(
    (longest: string, entry) => (entry.length > longest.length ? entry : longest),
    "",
  );
}

/** What is wrong with the imports of a source tree: one line for each, empty when nothing is. */
function problemsOf(imports: readonly Import[]): readonly string[] {
  const order: readonly string[] = ORDER;
  return [
    ...imports.flatMap(({ from, to }) => {
      const [own, other] = [layerOf(from), layerOf(to)];
      const problems: string[] = [];
      if (own === "") problems.push(`${from} stands in no folder of the order`);
      else if (order.indexOf(other) === -1 || order.indexOf(other) > order.indexOf(own))
        problems.push(`${from} imports ${to}: ${other || "outside src"} stands above ${own}`);
      if (!from.startsWith("src/engine/") && to.startsWith("src/engine/") && !PUBLIC.test(to))
        problems.push(
          `${from} imports ${to}: only api, model, ports, definition and engine.ts are public`,
        );
      for (const pair of STRANGERS)
        if (
          own !== other &&
          pair.some((name) => name === own) &&
          pair.some((name) => name === other)
        )
          problems.push(`${from} imports ${to}: ${own} and ${other} know nothing of each other`);
      return problems;
    }),
    ...findCircles(imports).map((files) => `these files import each other: ${files.join(", ")}`),
  ];
}

/** The folders and which ones each imports, as text: one line for each folder. */
function drawGraph(imports: readonly Import[]): string {
  const order: readonly string[] = ORDER;
  const uses = new Map<string, Set<string>>(order.map((entry) => [entry, new Set()]));
  for (const { from, to } of imports) uses.get(layerOf(from))?.add(layerOf(to));
  const width = Math.max(...order.map((entry) => entry.length));
  return [...uses]
    .map(([entry, used]) => {
      used.delete(entry);
      const names = order.filter((name) => used.has(name));
      return `${entry.padEnd(width)}  ←  ${names.join(", ") || "—"}`.trimEnd();
    })
    .toReversed()
    .join("\n");
}

describe("the source tree", () => {
  const imports = readImports(ROOT, "src");

  test("has no import upward, no circle of files, and one door to the engine", () => {
    expect(problemsOf(imports)).toEqual([]);
  });

  test("is drawn in ARCHITECTURE.md as it is", () => {
    const document = readFileSync(join(ROOT, "ARCHITECTURE.md"), "utf8");
    const drawn = /<!-- layers -->\n+```text\n([^]*?)\n```/.exec(document)?.[1];

    expect(drawn).toBe(drawGraph(imports));
  });
});

describe("an import is reported", () => {
  test.each([
    ["src/engine/model/state.ts", '"../runtime/worker.ts"', "stands above engine/model"],
    [
      "src/engine/execution/reducer/apply.ts",
      '"../decider/advance.ts"',
      "stands above engine/execution/reducer",
    ],
    ["src/bot/app.ts", '"../engine/runtime/worker.ts"', "only api, model, ports"],
    ["src/web/server.ts", '"../bot/app.ts"', "bot know nothing of each other"],
    ["src/store/executions.ts", '"../services/registry.ts"', "services know nothing of each other"],
    ["src/shared/json.ts", '"../../simulator/main.ts"', "outside src stands above shared"],
    ["src/loose.ts", '"./shared/json.ts"', "stands in no folder of the order"],
  ])("%s ← %s", (from, specifier, problem) => {
    for (const statement of [
      `import { x } from ${specifier};`,
      `import type { X } from ${specifier};`,
      `export { x } from ${specifier};`,
      `const x = await import(${specifier});`,
    ]) {
      expect(problemsOf(importsOf(from, statement)).join("\n")).toContain(problem);
    }
  });

  test("when files import each other, also for types alone", () => {
    const circle = [
      ...importsOf("src/shared/a.ts", 'import type { B } from "./b.ts";'),
      ...importsOf("src/shared/b.ts", 'import type { C } from "./c.ts";'),
      ...importsOf("src/shared/c.ts", 'import type { A } from "./a.ts";'),
    ];

    expect(problemsOf(circle)).toEqual([
      "these files import each other: src/shared/a.ts, src/shared/b.ts, src/shared/c.ts",
    ]);
  });
});
