import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

/**
 * A lint rule that is misspelled, or an override whose pattern matches nothing, reports nothing and looks like clean code.
 * So each rule that we rely on has a file here that breaks it, in a copy of the project's tree.
 */

const ROOT = resolve(import.meta.dirname, "../..");

/** The rule, where the file stands, and what is wrong in it. */
const VIOLATIONS: readonly (readonly [rule: string, path: string, code: string])[] = [
  [
    "no-floating-promises",
    "src/engine/floating.ts",
    "async function go(): Promise<void> {}\ngo();",
  ],
  [
    "switch-exhaustiveness-check",
    "src/engine/switch.ts",
    'export function f(x: "a" | "b"): void {\n  switch (x) {\n    case "a":\n      return;\n  }\n}',
  ],
  ["no-explicit-any", "src/engine/any.ts", "export const x: any = 1;"],
  [
    "no-non-null-assertion",
    "src/engine/non-null.ts",
    "export const f = (x: string | null): string => x!;",
  ],
  [
    "no-unsafe-type-assertion",
    "src/engine/assertion.ts",
    "export const f = (x: unknown): string => x as string;",
  ],
  [
    "consistent-type-imports",
    "src/engine/type-import.ts",
    'import { A } from "./no-cycle-a.ts";\nexport const f = (a: A): A => a;',
  ],
  ["filename-case", "src/engine/notKebab.ts", "export const x = 1;"],
  [
    "no-cycle",
    "src/engine/cycle-a.ts",
    'import { b } from "./cycle-b.ts";\nexport const a = (): number => b();',
  ],
  [
    "no-duplicates",
    "src/engine/duplicate-import.ts",
    'import type { A } from "./no-cycle-a.ts";\nimport type { A as B } from "./no-cycle-a.ts";\nexport const f = (a: A): B => a;',
  ],
  ["no-default-export", "src/engine/default-export.ts", "export default 1;"],
  ["extensions", "src/engine/extension.ts", 'import { a } from "./cycle-a";\nexport const c = a;'],
  ["max-lines", "src/engine/long-file.ts", "export {};\n".repeat(601)],
  [
    "max-lines-per-function",
    "src/engine/long-function.ts",
    `export function f(): void {\n${"  f();\n".repeat(61)}}`,
  ],
  [
    "complexity",
    "src/engine/complex.ts",
    `export const f = (x: number): boolean => ${Array.from({ length: 13 }, (_, n) => `x === ${n}`).join(" || ")};`,
  ],
  ["no-process-env", "src/engine/environment.ts", 'export const x = process.env["HOME"];'],
  ["no-console", "src/engine/console.ts", 'console.log("x");\nexport {};'],
  [
    "require-param-description",
    "src/engine/param.ts",
    "/**\n * Does it.\n *\n * @param x\n */\nexport const f = (x: number): number => x;",
  ],
  ["no-restricted-properties", "src/engine/execution/now.ts", "export const now = Date.now();"],
  [
    "no-restricted-properties",
    "src/engine/definition/random.ts",
    "export const x = Math.random();",
  ],
  [
    "no-restricted-globals",
    "src/engine/execution/timer.ts",
    "setTimeout(() => undefined, 1);\nexport {};",
  ],
];

/** Packages, and the parts of the repository that stand alone: the file, and the import. The order of folders: `layers.test.ts`. */
const FORBIDDEN_IMPORTS: readonly (readonly [path: string, specifier: string])[] = [
  ["src/shared/a.ts", "axios"],
  ["src/shared/b.ts", "node:sqlite"],
  ["src/engine/model/a.ts", "@slack/web-api"],
  ["src/engine/runtime/b.ts", "node:http"],
  ["src/engine/c.ts", "node:fs/promises"],
  ["src/engine/d.ts", "mongodb"],
  ["src/store/sqlite/a.ts", "@slack/web-api"],
  ["src/bot/a.ts", "node:sqlite"],
  ["src/web/a.ts", "mongodb"],
  ["src/web/b.ts", "@slack/bolt"],
  ["simulator/a.ts", "../src/errors.ts"],
  ["simulator/api/b.ts", "../../src/shared/json.ts"],
  ["simulator/c.ts", "@slack/bolt"],
  ["simulator/test/d.ts", "../../src/shared/json.ts"],
  ["simulator/test/page/e.ts", "../../../test/support/until.ts"],
];

/** What must not be reported, or the rules would be in the way. */
const ALLOWED: readonly (readonly [path: string, code: string])[] = [
  [
    "src/store/sqlite/good.ts",
    'import { DatabaseSync } from "node:sqlite";\nexport const open = (path: string): DatabaseSync => new DatabaseSync(path);',
  ],
  [
    "src/web/routes/good.ts",
    'import { AppError } from "../../shared/errors.ts";\nexport const e = AppError;',
  ],
  ["src/app/config.ts", 'export const home = process.env["HOME"];'],
  ["src/engine/clock.ts", "export const now = (): number => Date.now();"],
  [
    "test/engine/good.test.ts",
    'import { x } from "../../src/engine/any.ts";\nexport const y = x as string;',
  ],
  [
    "simulator/test/good.test.ts",
    'import { App } from "@slack/bolt";\nexport const app = App as unknown as string;',
  ],
];

const HELPERS: readonly (readonly [path: string, code: string])[] = [
  ["src/engine/no-cycle-a.ts", "export interface A {\n  readonly x: number;\n}"],
  [
    "src/engine/cycle-b.ts",
    'import { a } from "./cycle-a.ts";\nexport const b = (): number => a();',
  ],
];

let folder = "";
let found: ReadonlySet<string> = new Set();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "heddle-lint-"));
  await cp(join(ROOT, ".oxlintrc.json"), join(folder, ".oxlintrc.json"));
  await cp(join(ROOT, "tsconfig.json"), join(folder, "tsconfig.json"));
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  await Promise.all([
    ...[...VIOLATIONS.map(([, path, code]) => [path, code] as const), ...ALLOWED, ...HELPERS].map(
      ([path, code]) => write(path, code),
    ),
    ...FORBIDDEN_IMPORTS.map(([path, specifier]) =>
      write(path, `import * as it from "${specifier}";\nexport const x = it;`),
    ),
  ]);
  found = await lint();
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the lint rules fire", () => {
  test.for(VIOLATIONS)("%s in %s", ([rule, path]) => {
    expect(found).toContain(`${rule} ${path}`);
  });
});

describe("the layers are kept", () => {
  test.for(FORBIDDEN_IMPORTS)("%s may not import %s", ([path]) => {
    expect(found).toContain(`no-restricted-imports ${path}`);
  });
});

test.for(ALLOWED)("nothing is reported in %s", ([path]) => {
  expect([...found].filter((entry) => entry.endsWith(` ${path}`))).toEqual([]);
});

async function write(path: string, code: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), `${code}\n`);
}

/** Every finding of the real linter as `rule path`. */
async function lint(): Promise<ReadonlySet<string>> {
  const bin = join(ROOT, "node_modules/.bin/oxlint");
  const { promise, resolve: done } = Promise.withResolvers<string>();
  // It ends with 1 when it finds something, so the exit code says nothing here.
  execFile(bin, ["-f", "json"], { cwd: folder, maxBuffer: 2 ** 26 }, (_error, stdout) =>
    done(stdout),
  );
  const report: { diagnostics: { code: string; filename: string }[] } = JSON.parse(await promise);
  return new Set(
    report.diagnostics.map(
      ({ code, filename }) =>
        `${/\((.+)\)$/.exec(code)?.[1] ?? code} ${filename.replaceAll("\\", "/")}`,
    ),
  );
}
