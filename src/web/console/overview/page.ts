import type { OpenRequest } from "../../../engine/api/approvals.ts";
import type { BudgetStatus, CostLine, QueueStats } from "../../../engine/api/costs.ts";
import type { ExecutionSummary } from "../../../engine/api/executions.ts";
import type { Outage } from "../../../shared/circuit-breaker.ts";
import { counted } from "../../../shared/counted.ts";
import { formatDuration } from "../../../shared/duration.ts";
import { formatDollars } from "../../../shared/money.ts";
import { quantile } from "../../../shared/quantile.ts";
import { type Html, html } from "../../pages/html.ts";
import type { PageContent } from "../layout.ts";
import { decideForm } from "../run/approvals.ts";
import { age, line, shortId, statusTag } from "../words.ts";
import { runsChart } from "./chart.ts";

export interface OverviewView {
  /** Whose figures these are: of all runs, or of those that the viewer started. */
  readonly of: "all" | "own";
  readonly waiting: readonly OpenRequest[];
  /** Whether the viewer decides on this page. */
  readonly mayDecide: boolean;
  readonly failed: readonly ExecutionSummary[];
  readonly underWay: readonly ExecutionSummary[];
  /** The newest that completed: how long they took is measured by them. */
  readonly completed: readonly ExecutionSummary[];
  /** Of thirty days, in their order. */
  readonly days: readonly CostLine[];
  readonly budgets: readonly BudgetStatus[];
  /** `null`: it is for admins. */
  readonly queue: QueueStats | null;
  readonly outages: readonly Outage[];
  readonly formToken: string;
  readonly now: number;
}

/** What a person looks for first: what waits for them, and what failed. */
export function overviewPage(view: OverviewView): PageContent {
  const { waiting, failed, underWay, of, days } = view;
  return {
    title: "Overview",
    place: "overview",
    content: html`<div class="head"><h1>Overview</h1><p class="quiet">${of === "all" ? "of all runs" : "of the runs that you started"}</p></div>
${figures(view)}
${outages(view)}
<div class="grid">
<section class="card"><h2>${waiting.length === 0 ? "Waiting for decisions" : `Waiting for decisions (${waiting.length})`}</h2>${waiting.length === 0 ? html`<p class="quiet">Nothing waits${of === "all" ? "" : " for you"}.</p>` : html`<ul class="list">${waiting.slice(0, 8).map((one) => request(one, view))}</ul>`}</section>
<section class="card"><div class="section-head"><h2>Failed last</h2><a href="/runs?status=failed">All that failed</a></div>${runList(failed, "No run has failed.", view.now)}</section>
<section class="card"><div class="section-head"><h2>Under way</h2><a href="/runs?status=waiting">All that wait</a></div>${runList(underWay, "No run is under way.", view.now)}</section>
</div>
<section class="card"><div class="section-head"><h2>Runs of 30 days</h2><p class="quiet">by the day of their end, UTC: failed below, then completed, then canceled</p></div>${runsChart(days)}</section>
${budgets(view)}`,
  };
}

function figures({ days, completed, queue, now }: OverviewView): Html {
  const today = new Date(now).toISOString().slice(0, 10);
  const sum = (count: (line: CostLine) => number, from = 0) =>
    days.slice(from).reduce((total, one) => total + count(one), 0);
  const ended = sum(({ totals }) => totals.completed + totals.failed);
  const good = sum(({ totals }) => totals.completed);
  const took = completed
    .map(
      ({ startedAt, completedAt }) => Date.parse(completedAt ?? startedAt) - Date.parse(startedAt),
    )
    .toSorted((a, b) => a - b);
  const spent = sum(({ totals }) => totals.costNano);
  const todays = days.find(({ name }) => name === today)?.totals.costNano ?? 0;
  return html`<dl class="figures">
${figure("Success in 30 days", ended === 0 ? "–" : `${((good / ended) * 100).toFixed(1)} %`, counted(ended, "run"))}
${figure("Half take at most", took.length === 0 ? "–" : formatDuration(quantile(took, 0.5)), `of the newest ${took.length}`)}
${figure("95 of 100 take at most", took.length === 0 ? "–" : formatDuration(quantile(took, 0.95)), "people’s time included")}
${figure("Cost in 30 days", formatDollars(spent), `${formatDollars(todays)} today`)}
${queue === null ? null : figure("Queue", String(queue.queued), queue.lagMs < 1000 ? "nothing is late" : `late by ${formatDuration(queue.lagMs)}`)}
${queue === null ? null : figure("Open requests", String(queue.openRequests), "of people")}
</dl>`;
}

function figure(name: string, shown: string, about: string): Html {
  return html`<div><dt>${name}</dt><dd>${shown}</dd><dd class="quiet">${about}</dd></div>`;
}

function outages({ outages: all, now }: OverviewView): readonly Html[] {
  return all.map(
    ({ name, since, lastFailure }) =>
      html`<p class="notice bad">${line(name, 160)} is not called at the moment, since ${age(since, now)}: ${line(lastFailure, 300)}</p>`,
  );
}

function request(
  { executionId, workflowId, request: asked }: OpenRequest,
  view: OverviewView,
): Html {
  const { opened } = asked;
  return html`<li class="stack"><p><a href="/runs/${executionId}#approvals">${line(opened.title, 120)}</a> <span class="quiet">${line(workflowId, 60)}, ${age(opened.openedAt, view.now)}</span></p>${view.mayDecide ? html`<p class="quiet">${line(opened.message, 300)}</p>${decideForm(asked, executionId, view.formToken)}` : null}</li>`;
}

function runList(runs: readonly ExecutionSummary[], none: string, now: number): Html {
  if (runs.length === 0) return html`<p class="quiet">${none}</p>`;
  return html`<ul class="list">${runs.map(({ executionId, workflowName, status, waitingOn, startedAt, completedAt }) => html`<li><a class="mono" href="/runs/${executionId}">${shortId(executionId)}</a> ${line(workflowName, 60)}<br>${statusTag(status)} <span class="quiet">${waitingOn.length === 0 ? null : `for ${waitingOn.join(", ")}, `}${age(completedAt ?? startedAt, now)}</span></li>`)}</ul>`;
}

function budgets({ budgets: all }: OverviewView): Html | null {
  if (all.length === 0) return null;
  return html`<section><h2>Budgets of this month</h2><table class="rows"><thead><tr><th scope="col">Budget</th><th scope="col">Used</th><th scope="col" class="number">Spent</th><th scope="col" class="number">Of</th></tr></thead><tbody>
${all.map(({ scope, subject, spentNano, monthlyNano }) => {
  const name = subject === "" ? "everything" : `${scope} ${subject}`;
  return html`<tr><th scope="row">${line(name, 80)}</th><td><progress max="${Math.max(monthlyNano, 1)}" value="${Math.min(spentNano, monthlyNano)}" aria-label="Used of the budget of ${name}"></progress></td><td class="number" data-label="Spent">${formatDollars(spentNano)}</td><td class="number" data-label="Of">${formatDollars(monthlyNano)}</td></tr>\n`;
})}</tbody></table></section>`;
}
