import { outline } from "../../../diagrams/outline.ts";
import { isDrawable, toSvg } from "../../../diagrams/svg.ts";
import type { Estimate, WorkflowMetrics } from "../../../engine/api/costs.ts";
import type {
  DeployedWorkflow,
  Pause,
  TriggerView,
  VersionView,
} from "../../../engine/api/workflows.ts";
import type { DefinitionDiff } from "../../../engine/definition/diff.ts";
import type { Problem } from "../../../engine/definition/problem.ts";
import { counted } from "../../../shared/counted.ts";
import { formatDuration } from "../../../shared/duration.ts";
import type { Json } from "../../../shared/json.ts";
import { formatDollars } from "../../../shared/money.ts";
import { showHidden } from "../../../shared/visible-text.ts";
import type { Graph } from "../../graphs.ts";
import { Html, html } from "../../pages/html.ts";
import { formField, type PageContent } from "../layout.ts";
import { age, line, showMoment } from "../words.ts";
import { showSuccess, stateTag } from "./list-page.ts";

export interface WorkflowView {
  readonly deployed: DeployedWorkflow;
  readonly graph: Graph;
  readonly versions: readonly VersionView[];
  /** From an earlier version; `null`: there is none. */
  readonly difference: (DefinitionDiff & { readonly from: number }) | null;
  readonly problems: readonly Problem[];
  readonly triggers: readonly TriggerView[];
  /** Milliseconds since 1970. */
  readonly nextStarts: readonly number[];
  readonly estimate: Estimate;
  /** `null`: the viewer may not see them. */
  readonly metrics: WorkflowMetrics | null;
  readonly pause: Pause | null;
  /** Whether the viewer's session is for changes; the engine decides. */
  readonly mayDeploy: boolean;
  readonly formToken: string;
  readonly now: number;
}

/** One workflow: its diagram, versions, triggers and definition. */
export function workflowPage(view: WorkflowView): PageContent {
  const { deployed, nextStarts, problems } = view;
  const { definition, version, active } = deployed;
  const archived = deployed.archived === undefined ? {} : { archived: deployed.archived };
  return {
    title: definition.name,
    place: "workflows",
    content: html`<div class="head"><h1>${line(definition.name)}</h1> <span class="quiet">version ${version}${active ? "" : ", not the active one"}</span> ${stateTag(archived, view.pause !== null)}${actions(view)}</div>
${definition.description === undefined ? null : html`<p>${showHidden(definition.description)}</p>`}
<p class="quiet"><code>${definition.id}</code> · deployed by ${line(deployed.deployedBy)} ${age(deployed.deployedAt, view.now)} · <a href="/runs?${new URLSearchParams({ workflow: definition.id }).toString()}">its runs</a></p>
${figures(view)}
${problems.length === 0 ? null : html`<section><h2>Look at this</h2><ul>${problems.map(({ path, message, fix }) => html`<li><code>${path}</code>: ${message} ${fix}</li>`)}</ul></section>`}
${diagram(view.graph)}
${triggerPart(view)}
${nextStarts.length === 0 ? null : html`<section><h2>Next starts</h2><ul>${nextStarts.map((at) => html`<li><time datetime="${new Date(at).toISOString()}">${showMoment(at)}</time></li>`)}</ul></section>`}
${versionPart(view)}
${differencePart(view)}
<section><h2>Definition</h2><details><summary>Show the JSON</summary><pre tabindex="0">${showHidden(JSON.stringify(deployed.source, null, 2))}</pre></details></section>`,
  };
}

function actions({ deployed, pause, versions, mayDeploy, formToken }: WorkflowView): Html | null {
  if (!mayDeploy) return null;
  const { id } = deployed.definition;
  const isFirst = versions.at(-1)?.active === true;
  const button = (name: string, label: string) =>
    html`<button name="do" value="${name}">${label}</button> `;
  return html`<form class="actions end" method="post" action="/workflows/${encodeURIComponent(id)}/do">${formField(formToken)}${pause === null ? button("pause", "Pause") : button("resume", "Resume")}${isFirst ? null : button("rollback", "Roll back")}${deployed.archived === undefined ? button("archive", "Archive") : button("unarchive", "Bring back")}</form>`;
}

function figures({ metrics, estimate }: WorkflowView): Html {
  const { durationMs, costNano, runs } = estimate;
  const half =
    durationMs === null || costNano === null
      ? null
      : html`<div><dt>Half of ${counted(runs, "run")} took, and cost, at most</dt><dd>${formatDuration(durationMs.p50)}, ${formatDollars(costNano.p50)}</dd></div>
<div><dt>Nine of ten</dt><dd>${formatDuration(durationMs.p90)}, ${formatDollars(costNano.p90)}</dd></div>`;
  if (metrics === null) return html`<dl class="facts">${half}</dl>`;
  const { totals, last24h } = metrics;
  return html`<dl class="facts"><div><dt>Runs in all, and in 24 hours</dt><dd>${totals.started}, ${last24h}</dd></div>
<div><dt>Success</dt><dd>${showSuccess(totals)}</dd></div>
<div><dt>Cost in all</dt><dd>${formatDollars(totals.costNano)}</dd></div>
${half}</dl>`;
}

function diagram({ diagram: drawn, overlay }: Graph): Html {
  const words = html`<details><summary>The steps in words</summary><pre tabindex="0">${outline(drawn, overlay).join("\n")}</pre></details>`;
  const counts =
    overlay === null || overlay.runs === 0
      ? null
      : html`<p class="quiet">With what the last ${counted(overlay.runs, "run")} of this version did.</p>`;
  const shown = overlay === null || overlay.runs === 0 ? null : overlay;
  const picture = isDrawable(drawn)
    ? html`<div class="diagram" tabindex="0" role="group" aria-label="Diagram">${new Html(toSvg(drawn, { overlay: shown }))}</div>`
    : html`<p class="notice">It has ${drawn.steps} steps, too many for a picture.</p>`;
  return html`<section><h2>Diagram</h2>${counts}${picture}${words}</section>`;
}

function triggerPart({ triggers, deployed, mayDeploy, formToken, now }: WorkflowView): Html | null {
  if (triggers.length === 0) return null;
  const path = `/workflows/${encodeURIComponent(deployed.definition.id)}/triggers`;
  const form = ({ id, pause }: TriggerView) =>
    html`<form method="post" action="${path}">${formField(formToken)}<input type="hidden" name="trigger" value="${id}"><button name="do" value="${pause === null ? "pause" : "resume"}" aria-label="Switch the trigger ${id} ${pause === null ? "off" : "on"}">Switch ${pause === null ? "off" : "on"}</button></form>`;
  const state = ({ pause }: TriggerView) =>
    pause === null
      ? html`<span class="status completed">on</span>`
      : html`<span class="status waiting">off</span> since ${age(pause.at, now)}`;
  // People and programs start runs by these themselves.
  const isSwitched = ({ type }: TriggerView) =>
    !["slash", "manual", "shortcut", "api"].includes(type);
  return html`<section id="triggers"><h2>Triggers</h2><table class="rows"><caption class="hidden-text">What starts it</caption><thead><tr><th scope="col">Trigger</th><th scope="col">Type</th><th scope="col">State</th>${mayDeploy ? html`<th scope="col"><span class="hidden-text">Switch</span></th>` : null}</tr></thead><tbody>
${triggers.map((one) => html`<tr><th scope="row"><code>${one.id}</code></th><td>${one.type}</td><td>${state(one)}</td>${mayDeploy ? html`<td>${isSwitched(one) ? form(one) : null}</td>` : null}</tr>\n`)}</tbody></table></section>`;
}

function versionPart({ versions, deployed, now }: WorkflowView): Html {
  const path = `/workflows/${encodeURIComponent(deployed.definition.id)}`;
  return html`<section><h2>Versions</h2><table class="rows"><caption class="hidden-text">Versions, the newest first</caption><thead><tr><th scope="col">Version</th><th scope="col">Deployed by</th><th scope="col">When</th><th scope="col">Compare</th></tr></thead><tbody>
${versions.map(
  ({ version, active, deployedBy, deployedAt }) =>
    html`<tr><th scope="row"><a href="${path}?version=${version}">Version ${version}</a>${active ? html` <span class="tag">active</span>` : null}</th><td>${line(deployedBy)}</td><td>${age(deployedAt, now)}</td><td>${version === deployed.version ? "shown" : html`<a href="${path}?version=${deployed.version}&amp;from=${version}">with version ${deployed.version}</a>`}</td></tr>\n`,
)}</tbody></table></section>`;
}

function differencePart({ difference, deployed }: WorkflowView): Html | null {
  if (difference === null) return null;
  const { from, changes } = difference;
  const title = `What changed from version ${from} to ${deployed.version}`;
  if (changes.length === 0) return html`<section><h2>${title}</h2><p>Nothing.</p></section>`;
  return html`<section><h2>${title}</h2><table class="rows"><caption class="hidden-text">${title}</caption><thead><tr><th scope="col">What</th><th scope="col">Before</th><th scope="col">After</th></tr></thead><tbody>
${changes.map(
  ({ kind, area, of, member, from: before, to }) =>
    html`<tr><th scope="row">${area} <code>${of}</code>${member === undefined ? null : html` <code>${member}</code>`} <span class="quiet">${kind}</span></th><td class="wide">${value(before)}</td><td class="wide">${value(to)}</td></tr>\n`,
)}</tbody></table></section>`;
}

function value(json: Json): Html {
  return json === null
    ? html`–`
    : line(typeof json === "string" ? json : JSON.stringify(json), 300);
}
