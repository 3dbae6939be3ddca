import { describe, expect, test } from "vitest";
import { allNodes, type DiagramEdge, toDiagram } from "../../src/diagrams/diagram.ts";
import { outline } from "../../src/diagrams/outline.ts";
import { pathOf, sumPaths } from "../../src/diagrams/overlay.ts";
import { Definition } from "../../src/engine/definition/schema.ts";

const calc = (id: string, more: object = {}) => ({
  id,
  type: "transform",
  config: { expression: "1" },
  ...more,
});

function diagramOf(steps: readonly object[], more: object = {}) {
  return toDiagram(Definition.parse({ id: "w", name: "W", steps, ...more }));
}

const ways = (edges: readonly DiagramEdge[]) =>
  edges.map(({ from, to, kind, labels }) => `${from} ${kind} ${labels.join("+")} ${to ?? "end"}`);

describe("the ways of a diagram", () => {
  test("are those of routes, failures, time limits and doubts", () => {
    const { root } = diagramOf([
      {
        id: "rate",
        type: "ai-decision",
        config: { prompt: "?", minConfidence: 0.7, onLowConfidence: "ask" },
        next: { yes: "ask", no: "end", default: "pay" },
        onFailure: "fallback",
        fallbackStep: "pay",
      },
      {
        id: "ask",
        type: "approval",
        config: { title: "?", approvers: ["U1"], timeout: "1d" },
        next: { approve: "pay", reject: "end", expired: "ask" },
      },
      calc("pay"),
    ]);

    expect(ways(root.edges)).toEqual([
      // What AI is not sure of is asked as well: one line with both names.
      "rate route yes+not sure ask",
      "rate route no end",
      "rate route otherwise pay",
      "rate failure on failure pay",
      "ask route approve pay",
      "ask route reject end",
      "ask timeout expired ask",
      // At the root a step without "next" ends the run, though another one may stand below.
      "pay route  end",
    ]);
  });

  test("lead to the next step of the list in a branch, and to the end at the root", () => {
    const { root } = diagramOf([
      {
        id: "each",
        type: "foreach",
        config: { items: "variables.rows", concurrency: 2, steps: [calc("one"), calc("two")] },
      },
      calc("never"),
    ]);

    expect(ways(root.edges)).toEqual(["each route  end", "never route  end"]);
    expect(ways(root.nodes[0]?.bodies[0]?.edges ?? [])).toEqual([
      "each/*/one route  each/*/two",
      "each/*/two route  end",
    ]);
  });

  test("to steps that do not exist are left out, so that a draft with problems can be drawn", () => {
    expect(ways(diagramOf([calc("a", { next: { x: "gone", y: "end" } })]).root.edges)).toEqual([
      "a route y end",
    ]);
  });
});

test("steps of every body are found, and names show what cannot be seen", () => {
  const diagram = diagramOf([
    {
      id: "both",
      type: "parallel",
      name: "Both \u202Eedis",
      config: {
        branches: [
          { id: "left", timeoutMs: 60_000, steps: [calc("l")] },
          { id: "right", steps: [calc("r")] },
        ],
      },
    },
  ]);

  expect(allNodes(diagram.root).map(({ place }) => place)).toEqual([
    "both",
    "both/left/l",
    "both/right/r",
  ]);
  expect(diagram).toMatchObject({
    steps: 3,
    root: {
      nodes: [{ title: "Both ⟨U+202E⟩edis", bodies: [{ label: "left, at most 1 min" }, {}] }],
    },
  });
});

describe("the path of a run", () => {
  const diagram = diagramOf([
    calc("start", { next: "each" }),
    {
      id: "each",
      type: "foreach",
      config: { items: "variables.rows", failureMode: "continue", steps: [calc("a"), calc("b")] },
      next: "start",
    },
  ]);
  const step = (path: string, status: "completed" | "failed" = "completed") => ({
    ...{ path, status, stepId: "", type: "transform", startedAt: "", completedAt: "" },
    ...{ duration: 0, cost: 0, output: null, attempts: 1 },
  });
  const run = {
    status: "running" as const,
    steps: [
      step("start#1"),
      step("each#1/0/a#1"),
      step("each#1/1/a#1", "failed"),
      step("each#1/0/b#1"),
      step("each#1"),
    ],
    running: [{ stepId: "start", path: "start#2", attempt: 1, phase: "running" as const }],
  };

  test("counts entries of items and of loops, and marks where it is now", () => {
    const { nodes, edges } = pathOf(run);

    expect(Object.fromEntries(nodes)).toEqual({
      start: { state: "running", entries: 2, failed: 0 },
      each: { state: "completed", entries: 1, failed: 0 },
      "each/*/a": { state: "failed", entries: 2, failed: 1 },
      "each/*/b": { state: "completed", entries: 1, failed: 0 },
    });
    expect(Object.fromEntries(edges)).toEqual({
      "start>each": 1,
      "each>start": 1,
      "each/*/a>each/*/b": 1,
      // The item that failed did not come to the end of its body.
      "each/*/b>": 1,
    });
  });

  test("is said in words as well as drawn", () => {
    expect(outline(diagram, pathOf(run))).toEqual([
      "1. start (Calculation); running 2×. Then: each (taken 1 time).",
      "2. each (For each item); done. Then: start (taken 1 time).",
      "    for each of variables.rows:",
      "    1. a (Calculation); failed 2×. Then: b (taken 1 time).",
      "    2. b (Calculation); done. Then: end (taken 1 time).",
    ]);
  });

  test("adds up over several runs, with how many failed", () => {
    const overlay = sumPaths([run, run]);

    expect(overlay).toMatchObject({ of: "runs", runs: 2 });
    expect(overlay.nodes.get("each/*/a")).toEqual({ state: "failed", entries: 4, failed: 2 });
    expect(outline(diagram, overlay)[3]).toContain("4×, 2 failed. Then: b (taken 2 times)");
  });
});
