import type { ExecutionPage, ExecutionSummary } from "../../../engine/api/executions.ts";
import type { WorkflowSummary } from "../../../engine/api/workflows.ts";
import { isFinished } from "../../../engine/model/state.ts";
import { formatDuration } from "../../../shared/duration.ts";
import { STATUSES } from "../../endpoints/execution-view.ts";
import { type Html, html } from "../../pages/html.ts";
import { formField, type PageContent } from "../layout.ts";
import type { Names } from "../people.ts";
import { age, line, shortId, showDollars, statusTag, statusWord } from "../words.ts";
import { type RunFilters, runsPath } from "./filters.ts";

export interface RunsView {
  readonly filters: RunFilters;
  readonly page: ExecutionPage;
  readonly workflows: readonly WorkflowSummary[];
  readonly names: Names;
  readonly formToken: string;
  /** Whether the viewer's session is for changes. */
  readonly mayChange: boolean;
  /** Slack user id of the viewer; `null`: it is the operator. */
  readonly self: string | null;
  /** What was searched for and not found; absent: nothing was. */
  readonly notFound?: string;
  readonly now: number;
}

/** The list of runs with its filters. */
export function runsPage(view: RunsView): PageContent {
  const { filters, page, notFound } = view;
  return {
    title: "Runs",
    place: "runs",
    scripts: ["runs.js"],
    content: html`<div class="head"><h1>Runs</h1>
<form class="search end" role="search" action="/runs"><label class="hidden-text" for="q">Find a run by the beginning of its id, or a workflow by its name</label><input id="q" name="q" type="search" placeholder="Id of a run, or workflow" spellcheck="false" autocomplete="off"><button>Find</button></form></div>
${notFound === undefined ? null : html`<p class="notice" role="status">There is no run, and no workflow, that “${line(notFound)}” could mean. The beginning of a run’s id finds it, as does a part of a workflow’s name.</p>`}
${filters.problems.map((problem) => html`<p class="notice bad" role="alert">${problem}</p>`)}
${tabs(filters, view.self)}
${filterForm(view)}
<div id="views" class="views" hidden></div>
${page.executions.length === 0 ? nothing(view) : list(view)}
${pages(filters, page.nextCursor)}`,
  };
}

/** The filters that are asked for most. */
function tabs(filters: RunFilters, self: string | null): Html {
  const tab = (label: string, changes: Partial<RunFilters>, isCurrent: boolean) =>
    html`<li><a href="${runsPath(filters, { ...changes, cursor: null })}"${isCurrent ? html` aria-current="true"` : null}>${label}</a></li>`;
  const byStatus = STATUSES.map((status) =>
    tab(capital(statusWord(status)), { status }, filters.status === status),
  );
  const mine =
    self === null
      ? null
      : tab(
          "Started by me",
          { person: filters.person === self ? null : self },
          filters.person === self,
        );
  return html`<ul class="tabs" aria-label="Status">${tab("All", { status: null }, filters.status === null)}${byStatus}${mine}</ul>`;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function filterForm({ filters, workflows }: RunsView): Html {
  const { status, workflow, version, person, label, input, from, to, days } = filters;
  const isOpen = [version, person, label, input, from, to].some((value) => value !== null);
  const isKnown = workflow === null || workflows.some(({ id }) => id === workflow);
  const options = [
    ...(isKnown || workflow === null ? [] : [{ id: workflow, name: workflow }]),
    ...workflows,
  ];
  return html`<form class="filters card" action="/runs" id="filters">
${status === null ? null : html`<input type="hidden" name="status" value="${status}">`}
<div class="field grow"><label for="workflow">Workflow</label><select id="workflow" name="workflow"><option value="">All workflows</option>${options.map(({ id, name }) => html`<option value="${id}"${id === workflow ? html` selected` : null}>${name}</option>`)}</select></div>
<details class="more"${isOpen ? html` open` : null}><summary>More filters</summary><div class="fields">
${field("version", "Version", version, html` inputmode="numeric"`)}
${field("person", "Started by (Slack user id)", person)}
${field("label", "Label", label, html` placeholder="customer=acme"`)}
${field("input", "Input", input, html` placeholder="amount=640"`)}
<div class="field"><label for="days">Days on which they</label><select id="days" name="days"><option value="started">started</option><option value="ended"${days === "ended" ? html` selected` : null}>ended</option></select></div>
${field("from", "From", from, html` type="date"`)}
${field("to", "To", to, html` type="date"`)}
</div></details>
<div class="actions"><button class="primary">Filter</button><a class="button" href="/runs">Reset</a></div>
</form>`;
}

function field(
  name: string,
  label: string,
  value: string | number | null,
  more: Html | null = null,
): Html {
  return html`<div class="field"><label for="${name}">${label}</label><input id="${name}" name="${name}" value="${value ?? ""}" spellcheck="false" autocomplete="off"${more}></div>`;
}

function nothing({ filters, page }: RunsView): Html {
  if (page.nextCursor !== null)
    return html`<p class="empty">None of the runs that were read for this page fits; older ones may. Continue below.</p>`;
  const isFiltered = runsPath(filters) !== "/runs";
  if (isFiltered)
    return html`<p class="empty">No run fits these filters. <a href="/runs">Show all runs</a></p>`;
  return html`<p class="empty">Nothing has run yet that you may see. Start a workflow in Slack with <code>/workflow run</code>, or by <code>POST /api/workflows/:id/execute</code>.</p>`;
}

function list(view: RunsView): Html {
  const { page, formToken, mayChange, filters } = view;
  const table = html`<table class="rows runs">
<caption class="hidden-text">Runs, the newest first</caption>
<thead><tr>${mayChange ? html`<th scope="col"><input type="checkbox" id="all" aria-label="Choose all runs of this page" hidden></th>` : null}<th scope="col">Run</th><th scope="col">Workflow</th><th scope="col">Status</th><th scope="col">Started by</th><th scope="col">Labels</th><th scope="col" class="number">Started</th><th scope="col" class="number">Took</th><th scope="col" class="number">Cost</th></tr></thead>
<tbody>
${page.executions.map((run) => row(run, view))}</tbody>
</table>`;
  if (!mayChange) return table;
  return html`<form method="post" action="/runs/bulk" id="bulk">${formField(formToken)}<input type="hidden" name="back" value="${runsPath(filters)}">
${table}
<div class="bar actions"><span class="quiet" id="chosen">Choose runs to</span><button name="do" value="retry">Retry</button><button name="do" value="cancel" class="danger">Cancel</button></div></form>`;
}

function row(run: ExecutionSummary, { names, mayChange, now }: RunsView): Html {
  const { executionId, workflowId, workflowName, workflowVersion, status, waitingOn } = run;
  const end = run.completedAt === null ? null : Date.parse(run.completedAt);
  const took = (end ?? now) - Date.parse(run.startedAt);
  const waits =
    waitingOn.length === 0 || isFinished(status)
      ? null
      : html` <span class="quiet">for ${waitingOn.join(", ")}</span>`;
  const box = html`<td class="box"><input type="checkbox" name="run" value="${executionId}" aria-label="Choose run ${shortId(executionId)}"></td>`;
  return html`<tr>${mayChange ? box : null}<th scope="row"><a class="mono" href="/runs/${executionId}">${shortId(executionId)}</a></th><td class="wide name"><a class="plain-link" href="${runsPath({ workflow: workflowId })}">${line(workflowName, 80)}</a> <span class="quiet">v${workflowVersion}</span></td><td>${statusTag(status)}${waits}</td><td data-label="Started by">${line(names(run.startedBy), 40)}</td><td class="wide labels">${labels(run.labels)}</td><td class="number" data-label="Started">${age(run.startedAt, now)}</td><td class="number" data-label="Took">${end === null && status !== "running" ? "–" : formatDuration(took)}</td><td class="number" data-label="Cost">${showDollars(run.totalCost)}</td></tr>
`;
}

function labels(all: ExecutionSummary["labels"]): readonly Html[] {
  return Object.entries(all).map(
    ([name, value]) =>
      html`<a class="tag" href="${runsPath({ label: `${name}=${value}` })}">${line(`${name}=${value}`, 40)}</a> `,
  );
}

function pages(filters: RunFilters, next: string | null): Html | null {
  const first =
    filters.cursor === null
      ? null
      : html`<a class="button" href="${runsPath(filters, { cursor: null })}">Newest</a>`;
  const older =
    next === null
      ? null
      : html`<a class="button" rel="next" href="${runsPath(filters, { cursor: next })}">Older runs</a>`;
  if (first === null && older === null) return null;
  return html`<nav class="actions pages" aria-label="Pages">${first}${older}</nav>`;
}
