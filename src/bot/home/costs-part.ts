import type { DataTableBlock, KnownBlock, RichTextBlock } from "@slack/types";
import type { BudgetStatus, CostSpansLine, CostSummary } from "../../engine/api/costs.ts";
import { GENERATION } from "../../engine/model/execution-id.ts";
import { formatDollars, toDollars } from "../../shared/money.ts";
import { isUserId } from "../../shared/slack-ids.ts";
import { cut, LIMITS } from "../../slack/limits.ts";
import { escapeText, mentionPerson, showTime } from "../../slack/text.ts";
import { contextBlock, fields, header, section, sections } from "../views/blocks/build.ts";
import { countRuns, describeUnknown, isCost, showSpent } from "../views/costs.ts";
import { costSeries, describePicture, SERIES_EMOJI } from "./cost-series.ts";
import { type HomeCosts, UNREADABLE } from "./home-content.ts";

const WORKFLOWS_SHOWN = 10;
const OTHERS_SHOWN = 5;
const BUDGETS_SHOWN = 10;
const BAR_CHARS = 16;
const NAME_CHARS = 60;

/** What runs cost in three spans, by what caused it, with a chart, and what is left of the budgets. */
export function costBlocks(costs: HomeCosts | null, command: string): KnownBlock[] {
  if (costs === null) return [header("Costs"), section(UNREADABLE)];
  const { summary, budgets, isPlain } = costs;
  const { today, week, month } = summary.total;
  const spans = fields([
    ["Today (UTC)", `${showSpent(today)} · ${countRuns(today)}`],
    ["7 days", `${showSpent(week)} · ${countRuns(week)}`],
    ["30 days", `${showSpent(month)} · ${countRuns(month)}`],
  ]);
  const lines = shownLines(costs);
  const unknown = describeUnknown(month);
  return [
    header(summary.of === "all" ? "Costs of all runs" : "Costs of your runs"),
    ...spans,
    ...(lines.length === 0
      ? [section("Nothing has run in the last 30 days.")]
      : isPlain
        ? plainTable(lines)
        : [table(lines, summary)]),
    ...chartBlocks(costs),
    ...moreBlocks(summary, command),
    ...(unknown === null ? [] : [contextBlock(unknown)]),
    ...budgetBlocks(budgets, costs.names),
  ];
}

interface Line extends CostSpansLine {
  readonly by: "Workflow" | "Person" | "Model";
  /** As plain text. */
  readonly label: string;
}

function shownLines({ summary, names }: HomeCosts): readonly Line[] {
  const lines = (
    by: Line["by"],
    all: readonly CostSpansLine[],
    most: number,
    labelOf: (name: string) => string,
  ): Line[] =>
    all.slice(0, most).map((line) => ({ ...line, by, label: cut(labelOf(line.name), NAME_CHARS) }));
  return [
    ...lines("Workflow", usedOf(summary), WORKFLOWS_SHOWN, (id) => nameOf(id, names)),
    ...lines("Person", paidOf(summary.people), OTHERS_SHOWN, (id) => id || "started by no person"),
    ...lines(
      "Model",
      paidOf(summary.models),
      OTHERS_SHOWN,
      (model) => model || "before models were counted",
    ),
  ];
}

/** A workflow's name, as plain text. */
function nameOf(workflowId: string, names: HomeCosts["names"]): string {
  return workflowId === GENERATION ? "Drafts of workflows" : (names.get(workflowId) ?? workflowId);
}

function usedOf({ workflows }: CostSummary): readonly CostSpansLine[] {
  return workflows.filter(({ month }) => month.started > 0 || isCost(month));
}

function paidOf(lines: readonly CostSpansLine[]): readonly CostSpansLine[] {
  return lines.filter(({ month }) => isCost(month));
}

/**
 * A table that people sort and filter, on Home as in messages; `table` is not shown there everywhere
 * (https://docs.slack.dev/reference/block-kit/blocks/data-table-block).
 */
function table(lines: readonly Line[], { of }: CostSummary): DataTableBlock {
  const head = ["Costs", "By", "Today", "7 days", "30 days", "Runs in 30 days"];
  return {
    type: "data_table",
    caption: of === "all" ? "Costs of all runs" : "Costs of your runs",
    page_size: WORKFLOWS_SHOWN,
    rows: [
      head.map((text) => ({ type: "raw_text", text })),
      ...lines.map((line): DataTableBlock["rows"][number] => [
        line.by === "Person" && isUserId(line.name)
          ? personCell(line.name)
          : { type: "raw_text", text: line.label },
        { type: "raw_text", text: line.by },
        ...[line.today, line.week, line.month].map((totals) => ({
          type: "raw_number" as const,
          value: toDollars(totals.costNano),
          text: showSpent(totals),
        })),
        // Models are asked by runs; they start none.
        line.by === "Model"
          ? { type: "raw_text", text: "–" }
          : { type: "raw_number", value: line.month.started, text: String(line.month.started) },
      ]),
    ],
  };
}

/** A person's name as each reader's client shows it. */
function personCell(userId: string): RichTextBlock {
  return {
    type: "rich_text",
    elements: [{ type: "rich_text_section", elements: [{ type: "user", user_id: userId }] }],
  };
}

/** The same as text. */
function plainTable(lines: readonly Line[]): KnownBlock[] {
  const groups = Map.groupBy(lines, ({ by }) => by);
  return [...groups].flatMap(([by, own]) =>
    sections([
      `*By ${by.toLowerCase()}*`,
      ...own.map(({ name, label, today, week, month }) => {
        const shown = by === "Person" && isUserId(name) ? mentionPerson(name) : escapeText(label);
        const runs = by === "Model" ? "" : ` · ${countRuns(month)}`;
        return `• ${shown}: ${showSpent(today)} today · ${showSpent(week)} in 7 days · ${showSpent(month)} in 30 days${runs}`;
      }),
    ]),
  );
}

/** The chart with what its colors mean; as text where it could not be drawn or brought to Slack. */
function chartBlocks({ summary, names, picture }: HomeCosts): KnownBlock[] {
  const series = costSeries(summary, (id) => nameOf(id, names));
  if (series.all.length === 0) return [];
  if (picture === null) {
    const most = Math.max(...series.all.map(({ costNano }) => costNano));
    const bars = series.all.map(({ label, costNano }) => {
      const length = Math.max(1, Math.round((costNano / most) * BAR_CHARS));
      return `\`${"█".repeat(length).padEnd(BAR_CHARS, "░")}\` ${formatDollars(costNano)} ${escapeText(label)}`;
    });
    return sections(["*30 days by workflow*", ...bars]);
  }
  const legend = series.all.map(
    ({ label }, index) => `${SERIES_EMOJI[index] ?? ""} ${escapeText(cut(label, NAME_CHARS))}`,
  );
  return [
    {
      type: "image",
      slack_file: { id: picture.fileId },
      alt_text: cut(describePicture(series), LIMITS.altText),
    },
    contextBlock(`${legend.join("   ")} · by day (UTC) · drawn ${showTime(picture.at)}`),
  ];
}

/** The way to what is not shown. */
function moreBlocks(summary: CostSummary, command: string): KnownBlock[] {
  const more = Math.max(
    usedOf(summary).length - WORKFLOWS_SHOWN,
    paidOf(summary.people).length - OTHERS_SHOWN,
    paidOf(summary.models).length - OTHERS_SHOWN,
  );
  const all = summary.of === "all" ? `${command} costs` : `${command} costs me`;
  return more > 0 ? [contextBlock(`There are more: \`${all}\` lists them.`)] : [];
}

function budgetBlocks(budgets: readonly BudgetStatus[], names: HomeCosts["names"]): KnownBlock[] {
  if (budgets.length === 0) return [];
  const lines = budgets.slice(0, BUDGETS_SHOWN).map((budget) => describeBudget(budget, names));
  const more = budgets.length - lines.length;
  return sections([
    "*Left of this month's budgets* (UTC)",
    ...lines,
    ...(more > 0 ? [`_and ${more} more_`] : []),
  ]);
}

function describeBudget(budget: BudgetStatus, names: HomeCosts["names"]): string {
  const { monthlyNano, spentNano } = budget;
  const left = Math.max(monthlyNano - spentNano, 0);
  const share = monthlyNano === 0 ? 1 : Math.min(spentNano / monthlyNano, 1);
  const filled = Math.round(share * BAR_CHARS);
  const bar = `\`${"█".repeat(filled).padEnd(BAR_CHARS, "░")}\``;
  const icon = left === 0 ? ":no_entry: " : share >= 0.8 ? ":warning: " : "";
  return `${bar} ${icon}${subjectOf(budget, names)}: *${formatDollars(left)}* of ${formatDollars(monthlyNano)} left (${Math.floor(share * 100)} % used)`;
}

function subjectOf({ scope, subject }: BudgetStatus, names: HomeCosts["names"]): string {
  if (scope === "all") return "all runs";
  return scope === "person" ? mentionPerson(subject) : escapeText(nameOf(subject, names));
}
