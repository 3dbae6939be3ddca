import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  analyzeGraph,
  type GraphStep,
  normalizeNext,
} from "../../../src/engine/definition/graph.ts";

test("routes: a string is the default, none is the end, any name is a key", () => {
  expect([...normalizeNext({ next: "b" })]).toEqual([["default", "b"]]);
  expect([...normalizeNext({})]).toEqual([["default", "end"]]);
  const next = JSON.parse('{"__proto__": "b", "yes": "c"}') as Record<string, string>;
  expect(normalizeNext({ next }).get("__proto__")).toBe("b");
  expect(normalizeNext({ next }).get("constructor")).toBeUndefined();
});

const diamond: GraphStep[] = [
  { id: "start", next: { left: "a", right: "b" } },
  { id: "a", next: "join" },
  { id: "b", next: "join", fallbackStep: "rescue" },
  { id: "join", next: { again: "start", default: "end" } },
  { id: "rescue", next: { default: "end" }, alsoNext: ["doubt"] },
  { id: "doubt" },
  { id: "lost", next: "join" },
];

describe("a diamond with a fallback and a cycle", () => {
  const graph = analyzeGraph(diamond);

  test("what next and fallbackStep lead to is reachable", () => {
    expect(graph.ids.filter((id) => !graph.isReachable(id))).toEqual(["lost"]);
  });

  test("one of two branches can precede the join, the start must", () => {
    expect([graph.canPrecede("a", "join"), graph.mustPrecede("a", "join")]).toEqual([true, false]);
    expect([graph.canPrecede("start", "join"), graph.mustPrecede("start", "join")]).toEqual([
      true,
      true,
    ]);
    expect(graph.mustPrecede("b", "rescue")).toBe(true);
    expect(graph.canPrecede("rescue", "join")).toBe(false);
    expect(graph.canPrecede("lost", "join")).toBe(false);
  });

  test("the cycle lets a step precede itself, but not always", () => {
    expect([graph.canPrecede("a", "a"), graph.mustPrecede("a", "a")]).toEqual([true, false]);
    expect(graph.canPrecede("join", "start")).toBe(true);
    expect(graph.mustPrecede("join", "start")).toBe(false);
  });

  test("the last steps are those with a route to the end", () => {
    expect(graph.last).toEqual(["join", "rescue", "doubt"]);
  });
});

test("agrees with all walks of up to eight steps through small graphs", () => {
  const names = ["a", "b", "c", "d"];
  const target = fc.constantFrom(...names, "end", "nowhere");
  const step = (id: string) =>
    fc.record({
      id: fc.constant(id),
      next: fc.dictionary(fc.constantFrom("x", "y"), target),
      fallbackStep: fc.option(target, { nil: undefined }),
    });
  fc.assert(
    fc.property(fc.tuple(...names.map(step)), (steps) => {
      const graph = analyzeGraph(steps);
      const walks: string[][] = [];
      const extend = (walk: string[]): void => {
        walks.push(walk);
        const here = steps.find(({ id }) => id === walk.at(-1));
        const targets = new Set([...Object.values(here?.next ?? {}), here?.fallbackStep ?? "end"]);
        if (walk.length < 9)
          for (const id of targets) if (names.includes(id)) extend([...walk, id]);
      };
      extend(["a"]);
      for (const id of names) {
        const arrivals = walks
          .filter((walk) => walk.at(-1) === id)
          .map((walk) => walk.slice(0, -1));
        expect(graph.isReachable(id)).toBe(arrivals.length > 0);
        for (const earlier of names) {
          expect(graph.canPrecede(earlier, id)).toBe(
            arrivals.some((walk) => walk.includes(earlier)),
          );
          const must = arrivals.length > 0 && arrivals.every((walk) => walk.includes(earlier));
          expect(graph.mustPrecede(earlier, id)).toBe(must);
        }
      }
    }),
    { numRuns: 60 },
  );
});

test("a thousand steps in a row take no time", () => {
  const steps = Array.from({ length: 1000 }, (_, i) => ({ id: `s${i}`, next: `s${i + 1}` }));
  const begun = performance.now();
  const graph = analyzeGraph(steps);
  for (let i = 0; i < 1000; i += 1) {
    expect(graph.mustPrecede("s0", `s${i}`)).toBe(i > 0);
    expect(graph.canPrecede(`s${i}`, "s999")).toBe(i < 999);
  }
  expect(performance.now() - begun).toBeLessThan(3000);
});

test("no steps, no trouble", () => {
  expect(analyzeGraph([]).isReachable("a")).toBe(false);
});
