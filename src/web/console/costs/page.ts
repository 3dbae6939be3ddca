import type {
  BudgetStatus,
  CostBreakdown,
  CostDimension,
  CostLine,
} from "../../../engine/api/costs.ts";
import { formatDollars } from "../../../shared/money.ts";
import { type Html, html } from "../../pages/html.ts";
import type { PageContent } from "../layout.ts";
import { line } from "../words.ts";

export const SPANS = [7, 30, 90] as const;

/** What is asked of the page, as it stands in the address. */
export interface CostsAsked {
  readonly by: CostDimension;
  readonly days: number;
  /** Id of the one workflow that is counted; `null`: all. */
  readonly workflow: string | null;
}

export interface CostsView {
  readonly asked: CostsAsked;
  readonly dimensions: readonly CostDimension[];
  readonly breakdown: CostBreakdown;
  readonly days: CostBreakdown;
  readonly budgets: readonly BudgetStatus[];
  /** Whether the viewer sees what all have spent. */
  readonly ofAll: boolean;
}

/** Lines of a breakdown that the page shows; the CSV has all. */
const SHOWN = 200;

const NAMES: Readonly<Record<CostDimension, string>> = {
  workflow: "Workflow",
  version: "Version",
  person: "Person",
  step: "Step",
  model: "Model",
  prompt: "Prompt",
  day: "Day",
};

/** What runs have cost, by what caused it. */
export function costsPage(view: CostsView): PageContent {
  const { asked, breakdown, days, budgets, ofAll } = view;
  const { total, lines } = breakdown;
  return {
    title: "Costs",
    place: "costs",
    content: html`<div class="head"><h1>Costs</h1><p class="end actions"><a class="button" href="${csvPath(asked)}">CSV</a></p></div>
<p>${ofAll ? "Of all runs" : "Of the runs that you started"}${asked.workflow === null ? null : html` of <code>${asked.workflow}</code> (<a href="${costsPath({ ...asked, workflow: null, by: "workflow" })}">all workflows</a>)`}, in the last ${asked.days} days: <strong>${formatDollars(total.costNano)}</strong>, ${total.calls} calls of models.${total.costUnknown > 0 ? html` The prices of ${total.costUnknown} are not known and not in it.` : null}</p>
<ul class="tabs" aria-label="Days">${SPANS.map((span) => tab(`${span} days`, costsPath({ ...asked, days: span }), span === asked.days))}</ul>
<ul class="tabs" aria-label="By">${view.dimensions.map((by) => tab(`By ${NAMES[by].toLowerCase()}`, costsPath({ ...asked, by }), by === asked.by))}</ul>
${lines.length === 0 ? html`<p class="empty">Nothing was spent.</p>` : table(view)}
${lines.length > SHOWN ? html`<p class="quiet">The ${SHOWN} most expensive of ${lines.length}; the CSV has all.</p>` : null}
<section><h2>By day</h2>${bars(days.lines)}</section>
${budgets.length === 0 ? null : budgetPart(budgets)}`,
  };
}

function tab(label: string, path: string, isCurrent: boolean): Html {
  return html`<li><a href="${path}"${isCurrent ? html` aria-current="true"` : null}>${label}</a></li>`;
}

function table({ asked, breakdown }: CostsView): Html {
  const most = Math.max(1, ...breakdown.lines.map(({ totals }) => totals.costNano));
  return html`<table class="rows"><caption class="hidden-text">Costs by ${NAMES[asked.by].toLowerCase()}</caption><thead><tr><th scope="col">${NAMES[asked.by]}</th><th scope="col" class="number">Cost</th><th scope="col"><span class="hidden-text">Share of the highest</span></th><th scope="col" class="number">Runs</th><th scope="col" class="number">Calls</th><th scope="col" class="number">Tokens in</th><th scope="col" class="number">Tokens out</th></tr></thead><tbody>
${breakdown.lines.slice(0, SHOWN).map((one) => row(one, asked, most))}</tbody></table>`;
}

function row({ name, totals }: CostLine, asked: CostsAsked, most: number): Html {
  const { costNano, started, calls, promptTokens, completionTokens } = totals;
  const label = line(nameOf(name, asked.by), 80);
  const path = costsPath({ ...asked, workflow: name, by: "step" });
  const isWorkflow = asked.by === "workflow" && !name.startsWith(":");
  return html`<tr><th scope="row" class="wide name">${isWorkflow ? html`<a href="${path}">${label}</a>` : label}</th><td class="number" data-label="Cost">${formatDollars(costNano)}</td><td>${meter(costNano, most)}</td><td class="number" data-label="Runs">${started}</td><td class="number" data-label="Calls">${calls}</td><td class="number" data-label="Tokens in">${promptTokens}</td><td class="number" data-label="Tokens out">${completionTokens}</td></tr>
`;
}

/** The name of a line as people read it. */
export function nameOf(name: string, by: CostDimension): string {
  if (name === ":drafts") return "Writing drafts";
  if (name === "") return by === "person" ? "No person" : "Unknown";
  return name;
}

/** The figure stands beside it. */
function meter(value: number, most: number): Html {
  return html`<progress max="1000" value="${Math.round((value / most) * 1000)}" aria-hidden="true"></progress>`;
}

function bars(lines: readonly CostLine[]): Html {
  if (lines.length === 0) return html`<p class="empty">Nothing was spent.</p>`;
  const most = Math.max(1, ...lines.map(({ totals }) => totals.costNano));
  return html`<table class="rows"><caption class="hidden-text">Costs by day, UTC</caption><thead><tr><th scope="col">Day (UTC)</th><th scope="col" class="number">Cost</th><th scope="col"><span class="hidden-text">Share of the highest</span></th></tr></thead><tbody>
${lines.map(({ name, totals }) => html`<tr><th scope="row">${name}</th><td class="number">${formatDollars(totals.costNano)}</td><td>${meter(totals.costNano, most)}</td></tr>\n`)}</tbody></table>`;
}

function budgetPart(budgets: readonly BudgetStatus[]): Html {
  return html`<section><h2>Budgets of this month</h2><table class="rows"><caption class="hidden-text">Budgets of this month, UTC</caption><thead><tr><th scope="col">For</th><th scope="col" class="number">Budget</th><th scope="col" class="number">Used</th><th scope="col" class="number">Left</th></tr></thead><tbody>
${budgets.map(
  ({ scope, subject, monthlyNano, spentNano }) =>
    html`<tr><th scope="row">${subject === "" ? "everything" : html`${scope} <code>${subject}</code>`}</th><td class="number" data-label="Budget">${formatDollars(monthlyNano)}</td><td class="number" data-label="Used">${formatDollars(spentNano)}</td><td class="number" data-label="Left">${formatDollars(Math.max(0, monthlyNano - spentNano))}</td></tr>\n`,
)}</tbody></table></section>`;
}

function costsPath(asked: CostsAsked): string {
  return `/costs?${queryOf(asked)}`;
}

function csvPath(asked: CostsAsked): string {
  return `/costs/csv?${queryOf(asked)}`;
}

function queryOf({ by, days, workflow }: CostsAsked): string {
  const query = new URLSearchParams({ by, days: String(days) });
  if (workflow !== null) query.set("workflow", workflow);
  return query.toString();
}
