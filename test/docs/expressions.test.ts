import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { LOOPS } from "../../src/engine/language/cel/compile-loop.ts";
import { OPTIONAL_MACROS } from "../../src/engine/language/cel/compile-optional.ts";
import { FUNCTIONS, METHODS } from "../../src/engine/language/cel/functions/index.ts";
import { compileExpression } from "../../src/engine/language/expression.ts";
import type { Json } from "../../src/shared/json.ts";
import { plainScope } from "../engine/language/plain-scope.ts";

const text = await readFile(join(import.meta.dirname, "../../docs/expressions.md"), "utf8");

const variables: Json = JSON.parse(/```json\n([\s\S]*?)```/.exec(text)?.[1] ?? "null");

/** The rows of the tables: an expression and its result in JSON. */
const examples = [...text.matchAll(/^\| `(.+?)` +\| `(.+?)` +\|$/gm)].map(
  ([, source = "", result = ""]) => ({ source, result }),
);

describe("docs/expressions.md", () => {
  test.for(examples)("$source is $result", ({ source, result }) => {
    const scope = plainScope({ variables });

    expect(compileExpression(source).evaluate(scope)).toEqual(JSON.parse(result));
  });

  test("has an example of every function, method and loop", () => {
    const functions = [...FUNCTIONS.keys(), "has", "cel.bind"];
    const methods = [...METHODS.keys(), ...LOOPS.keys(), ...OPTIONAL_MACROS].map(
      (name) => `.${name}`,
    );
    const missing = [...functions, ...methods].filter(
      (name) => !examples.some(({ source }) => source.includes(`${name}(`)),
    );

    expect(missing).toEqual([]);
  });
});
