import type { ExecutionSummary } from "../../engine/api/executions.ts";
import type { Totals } from "../../engine/model/totals.ts";
import { counted } from "../../shared/counted.ts";
import { formatDollars } from "../../shared/money.ts";
import type { MetricsResponse } from "../routes/metrics-response.ts";
import { type Html, html } from "./html.ts";
import { page } from "./page.ts";

/** A workflow with its figures, as the dashboard lists it. */
export interface DashboardWorkflow {
  readonly id: string;
  readonly name: string;
  readonly metrics: MetricsResponse;
}

/** What the dashboard shows. */
export interface Dashboard {
  readonly totalWorkflows: number;
  readonly totalExecutions: number;
  readonly workflows: readonly DashboardWorkflow[];
}

/**
 * The dashboard as a page.
 *
 * @param newest - newest executions first.
 * @param total - counts and costs of all workflows since they exist.
 * @param now - milliseconds since 1970.
 */
export function dashboardPage(
  dashboard: Dashboard,
  newest: readonly ExecutionSummary[],
  total: Totals,
  now: number,
): Html {
  const last24h = dashboard.workflows.reduce((sum, { metrics }) => sum + metrics.last24h, 0);
  const unfinished = total.started - total.completed - total.failed - total.cancelled;
  return page(
    "Heddle: dashboard",
    html`<header><h1>Heddle</h1><p class="quiet">as of ${showMoment(now)} · <a href="/dashboard">refresh</a></p></header>
<dl class="figures">
${figure("Workflows", dashboard.totalWorkflows)}
${figure("Executions", dashboard.totalExecutions)}
${figure("Begun in 24 hours", last24h)}
${figure("Not over yet", unfinished)}
${figure(total.costUnknown > 0 ? "Cost so far, at least" : "Cost so far", formatDollars(total.costNano))}
</dl>
<h2>Workflows</h2>
${dashboard.workflows.length === 0 ? noWorkflows() : workflowTable(dashboard.workflows)}
<h2>Newest executions</h2>
${newest.length === 0 ? noExecutions() : executionTable(newest, now)}`,
  );
}

function figure(name: string, value: string | number): Html {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

function noWorkflows(): Html {
  return html`<p class="empty">No workflow is deployed. Put definitions into the workflows folder, or send one to <code>POST /api/workflows</code>.</p>`;
}

function noExecutions(): Html {
  return html`<p class="empty">Nothing has run yet. Start one in Slack with <code>/workflow run &lt;id&gt;</code>.</p>`;
}

function workflowTable(workflows: readonly DashboardWorkflow[]): Html {
  return html`<table>
<thead><tr><th scope="col">Workflow</th><th scope="col" class="number">Executions</th><th scope="col" class="number">Completed</th><th scope="col" class="number">Failed</th><th scope="col" class="number">Success</th><th scope="col" class="number">Cost</th><th scope="col" class="number">Per execution</th><th scope="col" class="number">Average time</th><th scope="col" class="number">Last 24 h</th></tr></thead>
<tbody>
${workflows.map(workflowRow)}
</tbody>
</table>`;
}

function workflowRow({ id, name, metrics }: DashboardWorkflow): Html {
  const unknown = metrics.unknownCosts ?? 0;
  const more =
    unknown > 0
      ? html`<br><span class="quiet">and ${counted(unknown, "call")} of unknown price</span>`
      : null;
  return html`<tr><th scope="row">${name}<br><a class="quiet" href="/api/workflows/${encodeURIComponent(id)}"><code>${id}</code></a></th>
${cell("Executions", metrics.totalExecutions)}${cell("Completed", metrics.completed)}${cell("Failed", metrics.failed)}${cell("Success", metrics.successRate)}<td class="number" data-label="Cost">${metrics.totalCost}${more}</td>${cell("Per execution", metrics.avgCostPerExecution)}${cell("Average time", metrics.completed > 0 ? showDuration(metrics.avgDurationMs) : "–")}${cell("Last 24 h", metrics.last24h)}</tr>
`;
}

function cell(label: string, value: string | number): Html {
  return html`<td class="number" data-label="${label}">${value}</td>`;
}

function executionTable(executions: readonly ExecutionSummary[], now: number): Html {
  return html`<table>
<thead><tr><th scope="col">Execution</th><th scope="col">Workflow</th><th scope="col">Status</th><th scope="col" class="number">Began</th><th scope="col" class="number">Took</th><th scope="col" class="number">Cost</th></tr></thead>
<tbody>
${executions.map((execution) => executionRow(execution, now))}
</tbody>
</table>`;
}

function executionRow(execution: ExecutionSummary, now: number): Html {
  const { executionId, workflowName, workflowVersion, status, waitingOn } = execution;
  const startedAt = Date.parse(execution.startedAt);
  const took =
    execution.completedAt === null
      ? "–"
      : showDuration(Date.parse(execution.completedAt) - startedAt);
  const waits =
    waitingOn.length > 0 ? html` <span class="quiet">for ${waitingOn.join(", ")}</span>` : null;
  return html`<tr><th scope="row"><a href="/api/executions/${encodeURIComponent(executionId)}"><code>${executionId}</code></a></th><td class="wide">${workflowName} <span class="quiet">version ${workflowVersion}</span></td><td><span class="status ${status}">${status}</span>${waits}</td><td class="number" data-label="Began"><time datetime="${execution.startedAt}" title="${showMoment(startedAt)}">${showAge(now - startedAt)}</time></td><td class="number" data-label="Took">${took}</td><td class="number" data-label="Cost">$${execution.totalCost.toFixed(4)}</td></tr>
`;
}

/** A duration in a table: `0 ms`, `1.8 s`, `3 min`, `2 h 5 min`, `4 d 3 h`. */
function showDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const minutes = Math.round(ms / 60_000);
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 1440) return pair(Math.floor(minutes / 60), "h", minutes % 60, "min");
  return pair(Math.floor(minutes / 1440), "d", Math.floor((minutes % 1440) / 60), "h");
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** How long ago a moment is: `just now`, `5 min ago`. */
function showAge(ms: number): string {
  return ms < 60_000 ? "just now" : `${showDuration(ms)} ago`;
}

/** `2026-11-23 09:00 UTC`. @param at - milliseconds since 1970. */
function showMoment(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
