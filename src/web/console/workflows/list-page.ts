import type { ExecutionSummary } from "../../../engine/api/executions.ts";
import type { WorkflowSummary } from "../../../engine/api/workflows.ts";
import type { Totals } from "../../../engine/model/totals.ts";
import { formatDollars } from "../../../shared/money.ts";
import { type Html, html } from "../../pages/html.ts";
import type { PageContent } from "../layout.ts";
import { age, line, statusTag } from "../words.ts";

/** A workflow with what it did in the last thirty days. */
export interface ListedWorkflow {
  readonly workflow: WorkflowSummary;
  /** `null`: nothing, or nothing that the viewer may see. */
  readonly totals: Totals | null;
  readonly last: ExecutionSummary | null;
  readonly isPaused: boolean;
}

export interface ListView {
  readonly workflows: readonly ListedWorkflow[];
  readonly search: string;
  readonly withArchived: boolean;
  readonly now: number;
}

/** All workflows, or those that a text finds. */
export function listPage(view: ListView): PageContent {
  const { workflows, search, withArchived } = view;
  const nothing = html`<p class="empty">No workflow fits. <a href="/workflows">Show all workflows</a></p>`;
  return {
    title: "Workflows",
    place: "workflows",
    content: html`<div class="head"><h1>Workflows</h1>
<form class="search end" role="search" action="/workflows"><label class="hidden-text" for="q">Find a workflow by its name, id or description</label><input id="q" name="q" type="search" value="${search}" placeholder="Name, id or description" spellcheck="false" autocomplete="off">${withArchived ? html`<input type="hidden" name="archived" value="true">` : null}<button>Find</button></form></div>
<p class="actions"><a href="${withArchived ? "/workflows" : "/workflows?archived=true"}">${withArchived ? "Leave out archived ones" : "Show archived ones, too"}</a></p>
${workflows.length === 0 ? nothing : table(view)}`,
  };
}

function table(view: ListView): Html {
  return html`<table class="rows">
<caption class="hidden-text">Workflows with what they did in the last 30 days</caption>
<thead><tr><th scope="col">Workflow</th><th scope="col">State</th><th scope="col">Started by</th><th scope="col">Last run</th><th scope="col" class="number">Runs in 30 days</th><th scope="col" class="number">Success</th><th scope="col" class="number">Cost</th></tr></thead>
<tbody>
${view.workflows.map((one) => row(one, view.now))}</tbody>
</table>`;
}

function row({ workflow, totals, last, isPaused }: ListedWorkflow, now: number): Html {
  const { id, name, description, version, triggers } = workflow;
  const path = `/workflows/${encodeURIComponent(id)}`;
  const about =
    description === null ? null : html`<br><span class="quiet">${line(description, 110)}</span>`;
  const lastRun =
    last === null
      ? html`–`
      : html`<a class="plain-link" href="/runs/${last.executionId}">${statusTag(last.status)} ${age(last.startedAt, now)}</a>`;
  return html`<tr><th scope="row" class="wide name"><a href="${path}">${line(name, 80)}</a> <span class="quiet">v${version}</span>${about}</th><td data-label="State">${stateTag(workflow, isPaused)}</td><td data-label="Started by">${triggers.join(", ") || "–"}</td><td data-label="Last run">${lastRun}</td><td class="number" data-label="Runs in 30 days">${totals?.started ?? 0}</td><td class="number" data-label="Success">${showSuccess(totals)}</td><td class="number" data-label="Cost">${formatDollars(totals?.costNano ?? 0)}</td></tr>
`;
}

/** Whether anything starts a workflow. */
export function stateTag({ archived }: Pick<WorkflowSummary, "archived">, isPaused: boolean): Html {
  if (archived !== undefined) return html`<span class="status cancelled">archived</span>`;
  return isPaused
    ? html`<span class="status waiting">paused</span>`
    : html`<span class="status completed">in use</span>`;
}

/** The share of runs that completed of those that are over. */
export function showSuccess(totals: Totals | null): string {
  const over = (totals?.completed ?? 0) + (totals?.failed ?? 0) + (totals?.cancelled ?? 0);
  return over === 0 ? "–" : `${Math.floor(((totals?.completed ?? 0) / over) * 100)} %`;
}
