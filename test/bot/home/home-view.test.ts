import { expect, test } from "vitest";
import type { HomeAdmin, HomeContent, HomeRun } from "../../../src/bot/home/home-content.ts";
import { homeView } from "../../../src/bot/home/home-view.ts";
import { section } from "../../../src/bot/views/blocks/build.ts";
import type { CostSpansLine } from "../../../src/engine/api/costs.ts";
import { DAY_MS, NOTHING } from "../../../src/engine/model/totals.ts";
import { requestView } from "../../support/execution-view.ts";

const NOW = 20_000 * DAY_MS;
/** More than any part shows. */
const MANY = Array.from({ length: 30 }, (_, n) => n);

const WORKFLOWS = MANY.map((n) => ({
  ...{ id: `w${n}`, name: `Workflow ${n} ${"of the department ".repeat(5)}`, version: 1 },
  ...{ description: "Sorts what comes in", triggers: [] },
}));

const ADMIN: HomeAdmin = {
  everything: null,
  paused: WORKFLOWS.map((workflow) => ({ workflow, pause: { by: "U0ALICE", at: NOW } })),
  switchedOff: WORKFLOWS.map((workflow) => ({
    ...{ workflow, trigger: "schedule-1", pause: { by: "U0ALICE", at: NOW } },
  })),
  outages: MANY.map((n) => ({
    ...{
      id: `o${n}`,
      kind: "model" as const,
      name: `The model m${n} at models.example`,
      since: NOW,
      lastFailure: "It is away.",
    },
  })),
  refusals: MANY.map((n) => ({
    ...{ code: `code_${n}`, count: 2, last: NOW, channel: "C0GENERAL" },
    ...{ executionId: "exec_abcde12345", isGivenUp: true },
  })),
  drafts: MANY.map((n) => ({
    ...{ id: `d${n}`, round: 1, name: "Draft", ownerId: "U0BOB", at: NOW, changes: null },
  })),
  isIncomplete: true,
};

/** Everything that Home can show, and more of it than it does. */
function fullContent(): HomeContent {
  const decision = {
    open: { executionId: "exec_abcde12345", workflowId: "w0", request: requestView() },
    ...{ title: "Expense", message: "Why", workflow: "Expenses", starter: "by Alice" },
    facts: [["Amount", "640"] as const],
  };
  const run: HomeRun = {
    run: {
      ...{ executionId: "exec_abcde12345", workflowId: "w0", workflowName: "Expenses" },
      ...{ workflowVersion: 1, status: "failed", waitingOn: [], startedBy: "U0ALICE", labels: {} },
      ...{ startedAt: "2026-11-23T09:00:00.000Z", completedAt: null, totalCost: 0 },
    },
    lines: ["It failed."],
  };
  const totals = { ...NOTHING, started: 2, costNano: 10_000_000, costUnknown: 1 };
  const line = (name: string): CostSpansLine => ({
    ...{ name, today: totals, week: totals, month: totals },
  });
  return {
    notice: MANY.map(() => section("Done.")),
    decisions: {
      shown: Array.from({ length: 6 }, () => decision),
      ...{ from: 6, total: 30, simple: 30, isPending: false },
      gaps: ["A group could not be read.", "There are too many."],
    },
    hasReceipts: false,
    runs: {
      underWay: Array.from({ length: 5 }, () => run),
      ended: Array.from({ length: 5 }, () => run),
      hasMore: true,
    },
    workflows: { all: WORKFLOWS, first: WORKFLOWS.slice(0, 4) },
    costs: {
      summary: {
        of: "all",
        day: NOW,
        total: line(""),
        workflows: WORKFLOWS.map(({ id }) => line(id)),
        people: MANY.map((n) => line(`U0PERSON${n}`)),
        models: MANY.map((n) => line(`model-${n}`)),
        days: WORKFLOWS.map(({ id }) => ({ day: NOW, workflowId: id, costNano: 10_000_000 })),
      },
      budgets: MANY.map((n) => ({
        ...{ scope: "workflow" as const, subject: `w${n}`, setBy: "U0ALICE" },
        ...{ monthlyNano: 100_000_000, spentNano: 10_000_000 },
      })),
      names: new Map(WORKFLOWS.map(({ id, name }) => [id, name])),
      picture: { fileId: "F1", at: NOW },
      isPlain: false,
    },
    admin: ADMIN,
    command: "/workflow",
    now: NOW,
  };
}

test("Home ends with its last line however much there is to show, within Slack's hundred blocks", () => {
  const content = fullContent();
  const asText = { ...content, costs: content.costs && { ...content.costs, isPlain: true } };

  for (const { blocks } of [homeView(content), homeView(asText)]) {
    expect(blocks.length).toBeLessThanOrEqual(100);
    expect(JSON.stringify(blocks.at(-2))).toContain("Send me receipts of my decisions");
    expect(JSON.stringify(blocks.at(-1))).toContain("As of");
  }
});

test("Home says to admins how much more there is, and what could not be read", () => {
  const text = JSON.stringify(homeView(fullContent()));

  expect(text).toContain("and 26 more paused workflows; `/workflow list` shows all");
  expect(text).toContain("and 26 more systems left alone");
  expect(text).toContain("and 26 more kinds of refusal");
  expect(text).toContain("and 26 more drafts");
  expect(text).toContain("Workflows or drafts could not be read");
  const one = { ...ADMIN, drafts: ADMIN.drafts.slice(0, 5), isIncomplete: false };
  const other = JSON.stringify(homeView({ ...fullContent(), admin: one }));
  expect(other).toContain('"and 1 more draft"');
  expect(other).not.toContain("could not be read; what is paused");
});
