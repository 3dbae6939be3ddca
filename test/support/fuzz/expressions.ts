import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { LOOPS } from "../../../src/engine/language/cel/compile-loop.ts";
import { FUNCTIONS, METHODS } from "../../../src/engine/language/cel/functions/index.ts";
import { mutateText, textMutations } from "./mutate.ts";
import { oddText } from "./odd-values.ts";

/** The expressions of the documentation, which has one for each function. */
export const DOCUMENTED = [
  ...readFileSync(join(import.meta.dirname, "../../../docs/expressions.md"), "utf8").matchAll(
    /^\| `(.+?)` +\| `.+?` +\|$/gm,
  ),
].map(([, source = ""]) => source);

const OPERATORS = ["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "in"];

const LITERALS = [
  "null",
  "true",
  "0",
  "-1",
  "1.5",
  "9007199254740991",
  "9007199254740993",
  "1e308",
  "0xff",
  "7u",
  "''",
  "'😀e\u0301'",
  "b'\\xff'",
  "r'(a+)+$'",
  "'2026-03-27T21:30:00Z'",
  "'1h30m'",
  "'Europe/Berlin'",
  "'%s %d %.3f %e %x'",
  "timestamp('2026-03-27T21:30:00Z')",
  "duration('90s')",
  "optional.none()",
  "[]",
  "{}",
  "int",
  "type(1)",
];

const PATHS = [
  "variables",
  "variables.v",
  "variables.w",
  "variables.tags",
  "variables.lines",
  "variables['__proto__']",
  "variables.constructor",
  "variables.v[0]",
  "variables.v.length",
  "variables.?v",
  "stepResults",
  "execution.startedAt",
  "trigger",
  "nowhere",
  "x",
  "y",
];

const { expression } = fc.letrec<{ expression: string; list: string[] }>((tie) => ({
  list: fc.array(tie("expression"), { maxLength: 3 }),
  expression: fc.oneof(
    { maxDepth: 6, depthIdentifier: "cel" },
    fc.constantFrom(...LITERALS, ...PATHS),
    fc
      .tuple(tie("expression"), fc.constantFrom(...OPERATORS), tie("expression"))
      .map((parts) => `(${parts.join(" ")})`),
    fc
      .tuple(fc.constantFrom(...FUNCTIONS.keys()), tie("list"))
      .map(([name, list]) => `${name}(${list.join(", ")})`),
    fc
      .tuple(tie("expression"), fc.constantFrom(...METHODS.keys()), tie("list"))
      .map(([target, name, list]) => `${target}.${name}(${list.join(", ")})`),
    fc
      .tuple(
        tie("expression"),
        fc.constantFrom(...LOOPS.keys()),
        fc.constantFrom("x", "x, y"),
        tie("list"),
      )
      .map(([target, name, names, list]) => `${target}.${name}(${[names, ...list].join(", ")})`),
    fc
      .tuple(tie("expression"), tie("expression"), tie("expression"))
      .map(([test, one, other]) => `(${test} ? ${one} : ${other})`),
    tie("list").map((list) => `[${list.join(", ")}]`),
    tie("list").map(
      (list) => `{${list.map((value, index) => `'k${index}': ${value}`).join(", ")}}`,
    ),
    fc.tuple(tie("expression"), tie("expression")).map(([of, at]) => `${of}[${at}]`),
    tie("expression").map((of) => `!${of}`),
    tie("expression").map((of) => `has(${of})`),
    fc
      .tuple(tie("expression"), tie("expression"))
      .map(([value, body]) => `cel.bind(x, ${value}, ${body})`),
    oddText.map((text) => JSON.stringify(text)),
  ),
}));

/** A documented expression in which some values and paths are others. */
const refilled: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom(...DOCUMENTED),
    fc.array(fc.tuple(fc.nat(20), fc.constantFrom(...LITERALS, ...PATHS)), {
      minLength: 1,
      maxLength: 2,
    }),
  )
  .map(([source, fillings]) =>
    fillings.reduce((source, [where, filling]) => {
      const values = [...source.matchAll(/'[^']*'|\b\d[\d.]*\b|\bvariables\.\w+/g)];
      const value = values[where % Math.max(1, values.length)];
      if (value === undefined) return source;
      const end = value.index + value[0].length;
      return source.slice(0, value.index) + filling + source.slice(end);
    }, source),
  );

/** Expressions: by the grammar, changed from right ones, and plain noise. */
export const oddExpression: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: expression },
  { weight: 6, arbitrary: refilled },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom(...DOCUMENTED), textMutations)
      .map(([source, changes]) => mutateText(source, changes)),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.constantFrom(...DOCUMENTED),
        fc.constantFrom(...DOCUMENTED),
        fc.nat(200),
        fc.nat(200),
      )
      .map(([one, other, end, start]) => one.slice(0, end) + other.slice(start % other.length)),
  },
  { weight: 1, arbitrary: oddText },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom("(", "[", "{", "!", "-", "1+", "[1].map(x,", "x?y:", "'a'+"),
        fc.nat(5000),
      )
      .map(([part, times]) => part.repeat(times)),
  },
);

const TAGS = [
  "{{variables.v}}",
  "{{variables.w.a[0]}}",
  "{{ variables['v'] }}",
  "{{secrets.CANARY}}",
  "{{'{{'}}",
  "{{variables.__proto__}}",
  "{{variables.v.constructor}}",
  "{{stepResults.a.output}}",
  "{{execution.id}}",
  "{{nowhere}}",
  "{{",
  "}}",
];

/** Texts with templates in them. */
export const oddTemplate: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...TAGS) },
  {
    weight: 5,
    arbitrary: fc
      .array(fc.oneof(fc.constantFrom(...TAGS), oddText), { maxLength: 6 })
      .map((parts) => parts.join("")),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...TAGS), textMutations)
      .map(([text, changes]) => mutateText(text, changes)),
  },
);
