import { describe, expect, test } from "vitest";
import { costBlocks, type HomeCosts } from "../../../src/bot/home/home-costs.ts";
import type { CostOverview } from "../../../src/engine/api/costs.ts";
import { sumTotals, type Totals } from "../../../src/engine/model/totals.ts";

function totals(started: number, costNano: number, costUnknown = 0): Totals {
  return { ...sumTotals([]), started, costNano, costUnknown };
}

function overview(workflows: Readonly<Record<string, Totals>>): CostOverview {
  return {
    total: sumTotals(Object.values(workflows)),
    workflows: Object.entries(workflows).map(([workflowId, own]) => ({ workflowId, totals: own })),
    generation: totals(0, 0),
  };
}

function show(
  day: CostOverview,
  week: CostOverview,
  month: CostOverview,
  by: Partial<Pick<HomeCosts, "models" | "people">> = {},
): string {
  const blocks = costBlocks({ day, week, month, models: [], people: [], ...by }, (id) => `<${id}>`);
  return JSON.stringify(blocks);
}

describe("costs in App Home", () => {
  test("are told for three spans and by workflow, names escaped", () => {
    const text = show(
      overview({ a: totals(1, 1_000_000) }),
      overview({ a: totals(2, 3_000_000) }),
      overview({ a: totals(4, 30_000_000), b: totals(1, 0) }),
    );

    expect(text).toContain("*Today (last 24 hours)*\\n$0.0010 · 1 run");
    expect(text).toContain("*Last 7 days*\\n$0.0030 · 2 runs");
    expect(text).toContain("*Last 30 days*\\n$0.0300 · 5 runs");
    expect(text).toContain(
      "• *&lt;a&gt;*: $0.0010 today · $0.0030 in 7 days · $0.0300 in 30 days · 4 runs",
    );
    expect(text).toContain(
      "• *&lt;b&gt;*: $0.0000 today · $0.0000 in 7 days · $0.0000 in 30 days · 1 run",
    );
    expect(text).not.toContain("at least");
  });

  test("that nobody knows are counted, and make the sums lower bounds", () => {
    const unknown = overview({ a: totals(3, 2_000_000, 2) });
    const text = show(unknown, unknown, unknown);

    expect(text).toContain("at least $0.0020 · 3 runs");
    expect(text).toContain("2 calls have no known price");
  });

  test("are told of drafts, models and people as well", () => {
    const month = { ...overview({ a: totals(1, 9_000_000) }), generation: totals(0, 2_000_000) };
    const text = show(month, month, month, {
      models: [
        { name: "gpt-4o", totals: totals(0, 8_000_000) },
        { name: "local/<llama>", totals: totals(0, 0, 1) },
      ],
      people: [
        { name: "U0ALICE", totals: totals(1, 7_000_000) },
        { name: "", totals: totals(1, 2_000_000) },
      ],
    });

    expect(text).toContain("• _Drafts of workflows_: $0.0020 in 30 days");
    expect(text).toContain(
      "By model, 30 days: gpt-4o $0.0080 · local/&lt;llama&gt; at least $0.0000",
    );
    expect(text).toContain("By person, 30 days: <@U0ALICE> $0.0070 · started by no person $0.0020");
  });

  test("are shown for ten workflows; how many more there are is said", () => {
    const many = overview(
      Object.fromEntries(Array.from({ length: 13 }, (_, n) => [`w${n}`, totals(1, 1000)])),
    );

    const text = show(many, many, many);

    expect(text.match(/•/g)).toHaveLength(10);
    expect(text).toContain("_and 3 more_");
  });
});
