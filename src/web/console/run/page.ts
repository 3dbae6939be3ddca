import type { WaitView } from "../../../engine/api/executions.ts";
import { isFinished } from "../../../engine/model/state.ts";
import { formatDuration } from "../../../shared/duration.ts";
import type { JsonObject } from "../../../shared/json.ts";
import { type Html, html } from "../../pages/html.ts";
import type { PageContent } from "../layout.ts";
import type { Names } from "../people.ts";
import { runsPath } from "../runs/filters.ts";
import { age, line, shortId, showDollars, showMoment, statusTag } from "../words.ts";
import { approvalsSection } from "./approvals.ts";
import { callsSection } from "./calls.ts";
import { changeForms } from "./changes.ts";
import { loopsSection } from "./loops.ts";
import { stepsSection } from "./steps.ts";
import { fold, inLine, value } from "./values.ts";
import type { RunView } from "./view.ts";

/** Everything about one run: why it stands as it does first. */
export function runPage(run: RunView): PageContent {
  const { view, audit, names, formToken, refusal } = run;
  const { executionId, workflowName } = view;
  return {
    title: `${workflowName} ${shortId(executionId)}`,
    place: "runs",
    scripts: ["run.js"],
    ...(refusal !== undefined && { status: 409 }),
    content: html`<div id="live" data-run="${executionId}" data-revision="${view.rev}">
${head(run)}
${refusal === undefined ? null : html`<p class="notice bad" role="alert">${refusal.message}</p>`}
${standing(run)}
${changeForms(run)}
${run.diagram === undefined ? null : html`<section><h2>Path</h2><div class="diagram" tabindex="0" role="group" aria-label="Diagram">${run.diagram}</div></section>`}
${stepsSection(view, audit, run.now)}
${loopsSection(view)}
${approvalsSection(view.requests, executionId, run.mine, names, formToken)}
${audit === null ? null : callsSection(audit)}
${valuesSection(run)}
${relations(run)}
${history(run)}
</div>`,
  };
}

function head({ view, names, now }: RunView): Html {
  const { executionId, workflowId, workflowName, workflowVersion, status, trigger } = view;
  const end = view.completedAt === null ? now : Date.parse(view.completedAt);
  const facts: readonly (readonly [string, Html | string])[] = [
    [
      "Started",
      html`${age(view.startedAt, now)} <span class="quiet">by ${line(names(trigger.userId), 60)}, ${trigger.type}</span>`,
    ],
    [
      view.completedAt === null ? "Running for" : "Took",
      formatDuration(end - Date.parse(view.startedAt)),
    ],
    ["Cost", html`${view.costUnknown ? "at least " : null}${showDollars(view.totalCost)}`],
    [
      "Version",
      html`<a href="${runsPath({ workflow: workflowId, version: workflowVersion })}">${workflowVersion}</a>`,
    ],
    ["Id", html`<code>${executionId}</code>`],
  ];
  return html`<div class="head"><h1><a class="plain-link" href="${runsPath({ workflow: workflowId })}">${line(workflowName, 150)}</a></h1>${statusTag(status)}
${Object.entries(view.labels).map(([name, of]) => html`<a class="tag" href="${runsPath({ label: `${name}=${of}` })}">${line(`${name}=${of}`, 60)}</a> `)}</div>
<dl class="facts">${facts.map(([name, fact]) => html`<div><dt>${name}</dt><dd>${fact}</dd></div>`)}</dl>
${view.masked === true ? html`<p class="quiet">What is sensitive in this run is shown to its starter, to who decides in it, and to admins: <code>•••</code>.</p>` : null}`;
}

/** Why the run stands where it stands, or how it ended. */
function standing({ view, names, now }: RunView): Html | null {
  const { error, status, waitingOn, errors } = view;
  if (status === "failed" && error !== null) {
    const at = errors.at(-1);
    return html`<div class="notice bad" id="error"><p><strong>Failed${at === undefined ? null : html` at ${line(at.stepId, 60)}`}</strong> <code>${error.code}</code></p><p>${line(error.message, 2000)}</p></div>`;
  }
  if (status === "cancelled")
    return html`<p class="notice">Canceled${view.cancelledBy === null ? null : html` by ${line(names(view.cancelledBy), 60)}`}.</p>`;
  const last = errors.at(-1);
  const waits = waitingOn.map((wait) => html`<li>${describeWait(wait, names, now)}</li>`);
  if (waits.length === 0 && last === undefined) return null;
  if (isFinished(status)) return null;
  return html`<div class="notice wait">${waits.length === 0 ? null : html`<ul>${waits}</ul>`}${last === undefined ? null : html`<p>Last error, at ${line(last.stepId, 60)}, attempt ${last.attempt}: ${line(last.message, 600)}</p>`}</div>`;
}

const WAITS: Readonly<Record<string, string>> = {
  approval: "a decision",
  timer: "a moment",
  event: "an event",
  child: "the end of another run",
  budget: "more budget",
  person: "a person",
  pause: "the end of a pause",
  slot: "its turn",
  retry: "its next attempt",
  breaker: "a model that fails at the moment",
  room: "room under the cost cap",
  slack: "Slack",
};

function describeWait(
  { for: what, stepId, since, until, by, executionId, event }: WaitView,
  names: Names,
  now: number,
): Html {
  return html`Waits at <strong>${line(stepId, 60)}</strong> for ${WAITS[what] ?? what}${event === undefined ? null : html` <code>${line(event, 80)}</code>`}${by === undefined ? null : html` by ${line(names(by), 60)}`}${executionId === undefined ? null : html` <a class="mono" href="/runs/${executionId}">${shortId(executionId)}</a>`}, since ${age(since, now)}${until === null ? null : html`, until ${showMoment(until)}`}`;
}

function valuesSection({ view, inputs, written }: RunView): Html {
  const given = pick(view.variables, (name) => inputs.has(name));
  const changes = view.steps.flatMap((step) => {
    const name = written.get(step.stepId);
    return name === undefined || step.status !== "completed" ? [] : [{ name, step }];
  });
  return html`<section><h2>Values</h2><div class="stack card">
${fold("Inputs", Object.keys(given).length === 0 ? html`<p class="quiet">It has none.</p>` : value(given), view.status === "failed")}
${fold("Variables as they are now", value(view.variables))}
${changes.length === 0 ? null : fold("Variables over time", html`<table class="rows"><thead><tr><th scope="col">When</th><th scope="col">Variable</th><th scope="col">Step</th><th scope="col">Value</th></tr></thead><tbody>${changes.slice(-200).map(({ name, step }) => html`<tr><td class="quiet">${showMoment(step.completedAt)}</td><th scope="row">${line(name, 60)}</th><td>${line(step.stepId, 60)}</td><td class="wide">${line(inLine(step.output, 200), 200)}</td></tr>\n`)}</tbody></table>`)}
${fold("Output", view.output === null ? html`<p class="quiet">None${isFinished(view.status) ? "" : " yet"}.</p>` : value(view.output), view.status === "completed")}
${view.omitted === undefined || view.omitted.variables.length === 0 ? null : html`<p class="quiet">Too large for a page: ${view.omitted.variables.join(", ")}.</p>`}
</div></section>`;
}

function pick(values: JsonObject, isWanted: (name: string) => boolean): JsonObject {
  return Object.fromEntries(Object.entries(values).filter(([name]) => isWanted(name)));
}

/** Runs that led here, and those to which this one led. */
function relations({ view, children }: RunView): Html | null {
  const { source, root } = view.trigger;
  const above = [...new Set([source, root])].filter(
    (id) => id !== undefined && id !== view.executionId,
  );
  if (above.length === 0 && children.length === 0) return null;
  const link = (id: string) => html`<a class="mono" href="/runs/${id}">${shortId(id)}</a>`;
  return html`<section><h2>Related runs</h2><ul>
${above.map((id) => html`<li>${id === source ? "Started by" : "The chain began with"} ${link(id ?? "")}</li>`)}
${children.map((run) => html`<li>Started ${link(run.executionId)} ${line(run.workflowName, 80)} ${statusTag(run.status)}</li>`)}
</ul></section>`;
}

/** What people did to the run after it was started. */
function history({ view, names }: RunView): Html | null {
  const entries = [
    ...view.retries.map(({ at, by, fromStep, edits, again }) => ({
      at,
      text: html`${line(names(by), 60)} retried it${fromStep === null ? null : html` from ${line(fromStep, 60)}`}${edits.map(({ name, before, after }) => html`<br><span class="quiet">${line(name, 60)}: ${line(before ?? "nothing", 100)} → ${line(after, 100)}</span>`)}${again.length === 0 ? null : html`<br><span class="quiet">once more: ${again.join(", ")}</span>`}`,
    })),
    ...view.migrations.map(({ at, by, from, to }) => ({
      at,
      text: html`${line(names(by), 60)} moved it from version ${from} to ${to}`,
    })),
  ].toSorted((a, b) => a.at.localeCompare(b.at));
  if (entries.length === 0) return null;
  return html`<section><h2>What people changed</h2><ul>${entries.map(({ at, text }) => html`<li><span class="quiet">${showMoment(at)}</span> ${text}</li>`)}</ul></section>`;
}
