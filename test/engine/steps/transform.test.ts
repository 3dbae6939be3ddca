import { expect, test } from "vitest";
import type {
  CheckContext,
  EnterContext,
  Entry,
} from "../../../src/engine/definition/step-type.ts";
import { transform } from "../../../src/engine/steps/transform.ts";
import { expenseScope as scope } from "../language/plain-scope.ts";

const context: EnterContext = { scope, key: "k", now: 0, startedBy: null };
const surroundings: CheckContext = { services: { get: () => undefined, names: () => [] } };

function enter(config: unknown): Entry {
  return transform.bind(config).enter(context);
}

test("an expression gives the output, which routes", () => {
  expect(enter({ expression: "variables.amount > 500 ? 'high' : 'low'" })).toEqual({
    kind: "complete",
    output: "high",
  });
  expect(transform.bind({ expression: "1" }).routes).toEqual({ kind: "open" });
});

test("set gives an object of values", () => {
  const set = { total: "variables.amount * 2", "any name": "variables.item" };
  expect(enter({ set })).toEqual({
    kind: "complete",
    output: { total: 1281, "any name": "Laptop stand" },
  });
  expect(transform.bind({ set }).routes).toEqual({ kind: "none" });
});

test("a missing value names the path", () => {
  expect(() => enter({ expression: "variables.amuont" })).toThrow(/variables\.amuont has no value/);
});

test.for([
  [{}, [], "there is nothing to calculate"],
  [{ expression: "1", set: { a: "1" } }, [], "both expression and set are given"],
  [{ expression: "1 +" }, ["expression"], "The expression ends too early."],
  [{ set: { a: "1", b: "(" } }, ["set", "b"], "The expression ends too early."],
] as const)("%j is a problem", ([config, path, message]) => {
  expect(transform.check(config, surroundings)).toEqual([
    { path, message, fix: expect.any(String) as string },
  ]);
});

test("its expressions are known to the checks", () => {
  const { expressions } = transform.bind({ set: { a: "variables.amount", b: "1" } });
  expect(expressions.map(({ path, expression }) => [path, expression.paths])).toEqual([
    [["set", "a"], [["variables", "amount"]]],
    [["set", "b"], []],
  ]);
});
