import { inflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { costSeries, describePicture } from "../../../src/bot/home/cost-series.ts";
import { costBlocks } from "../../../src/bot/home/costs-part.ts";
import type { HomeCosts } from "../../../src/bot/home/home-content.ts";
import { drawCosts } from "../../../src/bot/home/picture/cost-chart.ts";
import type { CostSpansLine, CostSummary } from "../../../src/engine/api/costs.ts";
import { DAY_MS, NOTHING, sumTotals } from "../../../src/engine/model/totals.ts";

const TODAY = 20_000 * DAY_MS;
const CENT = 10_000_000;

function line(
  name: string,
  costNano: number,
  more: Partial<CostSpansLine["month"]> = {},
): CostSpansLine {
  const totals = { ...NOTHING, started: 2, costNano, ...more };
  return { name, today: NOTHING, week: totals, month: totals };
}

function summary(
  workflows: readonly CostSpansLine[],
  more: Partial<CostSummary> = {},
): CostSummary {
  const total = sumTotals(workflows.map(({ month }) => month));
  return {
    of: "all",
    day: TODAY,
    total: { today: NOTHING, week: total, month: total },
    workflows,
    people: [],
    models: [],
    days: workflows.flatMap(({ name, month }) =>
      month.costNano === 0
        ? []
        : [
            { day: TODAY - 3 * DAY_MS, workflowId: name, costNano: month.costNano / 2 },
            { day: TODAY, workflowId: name, costNano: month.costNano / 2 },
          ],
    ),
    ...more,
  };
}

function show(costs: CostSummary, more: Partial<HomeCosts> = {}): string {
  const names = new Map([["a", "Sort <tickets>"]]);
  return JSON.stringify(
    costBlocks(
      { summary: costs, budgets: [], names, picture: null, isPlain: false, ...more },
      "/workflow",
    ),
  );
}

describe("costs on Home", () => {
  test("stand in a table by workflow, person and model, people by the names that readers see", () => {
    const text = show(
      summary([line("a", CENT)], {
        people: [line("U0ALICE", CENT), line("", CENT)],
        models: [line("gpt-4o", CENT)],
      }),
    );

    expect(text).toContain('"caption":"Costs of all runs"');
    expect(text).toMatch(/"text":"Sort <tickets>".*"Workflow".*"value":0.01,"text":"\$0.0100"/);
    expect(text).toMatch(/"type":"user","user_id":"U0ALICE".*"Person".*started by no person/);
    expect(text).toMatch(/"gpt-4o".*"Model"/);
    expect(text).not.toContain("no known price");
  });

  test("of one's own are by workflow and model, with what was not counted by model", () => {
    const text = show(
      summary([line("a", 2 * CENT)], { of: "own", models: [line("gpt-4o", CENT), line("", CENT)] }),
    );

    expect(text).toContain('"caption":"Costs of your runs"');
    expect(text).toMatch(/"gpt-4o".*"Model".*"before models were counted".*"Model"/);
  });

  test("with calls of unknown price are lower bounds, and how many calls is said", () => {
    const text = show(summary([line("a", CENT, { costUnknown: 2 })]));

    expect(text).toContain("at least $0.0100");
    expect(text).toContain("2 calls have no known price");
  });

  test("of more than fit are cut, and the command that lists all is named", () => {
    const many = Array.from({ length: 13 }, (_, n) => line(`w${n}`, CENT));

    expect(show(summary(many))).toContain("There are more: `/workflow costs` lists them.");
    expect(show(summary(many, { of: "own" }))).toContain("`/workflow costs me`");
    expect(show(summary(many.slice(0, 10)))).not.toContain("There are more");
  });

  test("have a chart in words where no picture is there, and a legend where there is one", () => {
    const costs = summary([line("a", 3 * CENT), line("b", CENT), line("free", 0)]);

    expect(show(costs)).toMatch(
      /30 days by workflow.*`█{16}` \$0.0300 Sort &lt;tickets&gt;.*`█{5}░{11}` \$0.0100 b/,
    );
    const text = show(costs, { picture: { fileId: "F1", at: TODAY } });
    expect(text).toContain('"slack_file":{"id":"F1"}');
    expect(text).toContain('"alt_text":"Bar chart of costs by day');
    expect(text).toMatch(
      /:large_blue_square: Sort &lt;tickets&gt; {3}:large_orange_square: b · by day/,
    );
  });

  test("say what is left of each budget", () => {
    const budget = { scope: "workflow" as const, subject: "a", setBy: "U0ALICE" };
    const text = show(summary([]), {
      budgets: [
        { ...budget, monthlyNano: 10 * CENT, spentNano: 9 * CENT },
        { ...budget, scope: "all", subject: "", monthlyNano: CENT, spentNano: 2 * CENT },
      ],
    });

    expect(text).toMatch(
      /:warning: Sort &lt;tickets&gt;: \*\$0.0100\* of \$0.1000 left \(90 % used\)/,
    );
    expect(text).toMatch(/:no_entry: all runs: \*\$0.0000\* of \$0.0100 left \(100 % used\)/);
  });
});

describe("the chart of costs", () => {
  const costs = summary(Array.from({ length: 9 }, (_, n) => line(`w${n}`, (9 - n) * CENT)));
  const series = costSeries(costs, (id) => id.toUpperCase());

  test("names the most expensive workflows and takes the others together", () => {
    expect(series.all.map(({ label }) => label)).toEqual([
      "W0",
      "W1",
      "W2",
      "W3",
      "W4",
      "4 others",
    ]);
    expect(series.all.at(-1)?.costNano).toBe((4 + 3 + 2 + 1) * CENT);
    expect(series.days).toHaveLength(30);
    expect(describePicture(series)).toMatch(
      /from 2024-09-05 to 2024-10-04: \$0.4500 in all, the most on 2024-10-01 with \$0.2250\. By workflow: W0 \$0.0900, .*4 others \$0.1000\./,
    );
  });

  test("is a PNG with a bar on the days that cost something, the same bytes for the same costs", () => {
    const png = drawCosts(series);

    expect(drawCosts(costSeries(costs, (id) => id))).toEqual(png);
    expect(png.subarray(1, 4).toString()).toBe("PNG");
    const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
    const data = png.subarray(png.indexOf("IDAT") + 4, png.indexOf("IEND") - 8);
    const rows = inflateSync(data);
    expect(rows.length).toBe(height * (width * 3 + 1));
    const colorAt = (x: number, y: number) => [
      ...rows.subarray(y * (width * 3 + 1) + 1 + x * 3, y * (width * 3 + 1) + 4 + x * 3),
    ];
    // The last bar begins with the most expensive workflow; the day before cost nothing.
    expect(colorAt(width - 70, height - 60)).toEqual([59, 136, 195]);
    expect(colorAt(width - 107, height - 60)).toEqual([255, 255, 255]);
  });
});
