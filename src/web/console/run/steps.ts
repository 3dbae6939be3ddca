import type { AuditView } from "../../../engine/api/evaluation.ts";
import type { ErrorView, ExecutionView, StepView } from "../../../engine/api/executions.ts";
import { counted } from "../../../shared/counted.ts";
import { formatDuration } from "../../../shared/duration.ts";
import { type Html, html } from "../../pages/html.ts";
import { line, showDollars, showMoment, stepStatus } from "../words.ts";
import { type Axis, createAxis, type Span } from "./axis.ts";
import { loopOf } from "./loops.ts";
import { fold, value } from "./values.ts";

/** Steps in which nothing is done but wait. */
const WAITING = new Set(["approval", "wait", "workflow"]);
/** Steps of containers take as long as what is in them. */
const CONTAINERS = new Set(["parallel", "foreach"]);
const MOST = 300;
/** Units of the drawing's width. */
const WIDTH = 1000;

/** The steps of a run with their place in time. */
export function stepsSection(view: ExecutionView, audit: AuditView | null, now: number): Html {
  const { steps, running, errors, waitingOn } = view;
  const shown = steps.filter(({ path }) => loopOf(path) === null);
  const from = Date.parse(view.startedAt);
  const to = view.completedAt === null ? now : Date.parse(view.completedAt);
  const axis = createAxis(spansOf(view, now), from, to);
  const calls = callsByPath(audit);
  const rows = shown.slice(-MOST).map((step) => row(step, axis, errors, calls));
  const active = running
    .filter(({ path }) => loopOf(path) === null)
    .map((step) => {
      const wait = waitingOn.find(({ path }) => path === step.path);
      const began = wait === undefined ? null : Date.parse(wait.since);
      return html`<tr class="active"><th scope="row">${indent(step.path)}${line(step.stepId, 60)}</th><td class="kind"></td><td><span class="status ${wait === undefined ? "running" : "waiting"}">${wait === undefined ? step.phase : `waits for ${wait.for}`}</span></td><td class="when">${began === null ? null : bar(axis, began, now, "wait")}</td><td class="number" data-label="Took">${began === null ? "–" : formatDuration(now - began)}</td><td class="number" data-label="Attempts">${step.attempt}</td><td class="number"></td></tr>\n`;
    });
  if (rows.length + active.length === 0)
    return html`<section><h2>Steps</h2><p class="empty">No step has begun yet.</p></section>`;
  const omitted = Math.max(shown.length - MOST, 0) + (view.omitted?.steps ?? 0);
  return html`<section><div class="section-head"><h2>Steps</h2>${axisNote(axis)}</div>
<table class="rows steps"><caption class="hidden-text">Steps in the order in which they ended, with their place in time</caption>
<thead><tr><th scope="col">Step</th><th scope="col" class="kind">Type</th><th scope="col">State</th><th scope="col" class="when">${showMoment(from)} to ${view.completedAt === null ? "now" : showMoment(to)}</th><th scope="col" class="number">Took</th><th scope="col" class="number">Attempts</th><th scope="col" class="number">Cost</th></tr></thead>
<tbody>
${rows}${active}</tbody></table>
${omitted === 0 ? null : html`<p class="quiet">The oldest ${counted(omitted, "step")} are left out; <code>GET /api/executions/:id/steps</code> has them.</p>`}</section>`;
}

function spansOf({ steps, errors }: ExecutionView, now: number): readonly Span[] {
  return [
    ...steps
      .filter(({ type }) => !CONTAINERS.has(type))
      .map(({ type, startedAt, completedAt }) => ({
        from: Date.parse(startedAt),
        to: Date.parse(completedAt),
        isWait: WAITING.has(type),
      })),
    ...errors.map(({ at }) => ({
      from: Date.parse(at) - 1,
      to: Math.min(Date.parse(at), now),
      isWait: false,
    })),
  ];
}

/** When models were asked, by the entry that asked. */
function callsByPath(
  audit: AuditView | null,
): ReadonlyMap<string, readonly { at: number; ms: number }[]> {
  const all = (audit?.decisions ?? []).map(
    ({ path, calls }) =>
      [path, calls.map(({ at, latencyMs }) => ({ at: Date.parse(at), ms: latencyMs }))] as const,
  );
  return new Map(all);
}

function row(
  step: StepView,
  axis: Axis,
  errors: readonly ErrorView[],
  calls: ReturnType<typeof callsByPath>,
): Html {
  const { path, stepId, type, status, attempts, cost, duration, output } = step;
  const own = errors.filter((error) => error.path === path);
  const [from, to] = [Date.parse(step.startedAt), Date.parse(step.completedAt)];
  const kind = WAITING.has(type) ? "wait" : status;
  const marks = own.map(({ at }) => mark(axis, Date.parse(at), "failed"));
  const asked = (calls.get(path) ?? []).map(({ at, ms }) => bar(axis, at, at + ms, "call"));
  const more = html`${own.map(({ attempt, message, code }) => html`<p class="notice bad">Attempt ${attempt}: ${line(message, 500)} <code>${code}</code></p>`)}<h3>Output</h3>${step.outputOmitted === undefined ? value(output) : html`<p class="quiet">${step.outputOmitted} characters, left out here.</p>`}`;
  return html`<tr><th scope="row">${indent(path)}${fold(html`${line(stepId, 60)}`, more)}</th><td class="kind quiet">${type}</td><td>${stepStatus(status)}</td><td class="when">${drawing([bars(axis, from, to, kind), ...asked, ...marks])}</td><td class="number" data-label="Took">${formatDuration(duration)}</td><td class="number" data-label="Attempts">${attempts}</td><td class="number" data-label="Cost">${cost === 0 ? "–" : showDollars(cost)}</td></tr>
`;
}

/** Steps of branches stand a little further in. */
function indent(path: string): Html | null {
  const depth = path.split("/").filter((segment) => segment.includes("#")).length - 1;
  return depth === 0 ? null : html`<span class="quiet">${"› ".repeat(Math.min(depth, 6))}</span>`;
}

function axisNote({ folds }: Axis): Html | null {
  if (folds.length === 0) return null;
  const ms = folds.reduce((sum, fold) => sum + fold.ms, 0);
  return html`<p class="quiet">${counted(folds.length, "long wait")} of ${formatDuration(ms)} in all ${folds.length === 1 ? "is" : "are"} folded, hatched</p>`;
}

function drawing(parts: readonly Html[]): Html {
  return html`<svg class="line" viewBox="0 0 ${WIDTH} 16" preserveAspectRatio="none" aria-hidden="true">${parts}</svg>`;
}

function bar(axis: Axis, from: number, to: number, kind: string): Html {
  return bars(axis, from, to, kind);
}

function bars(axis: Axis, from: number, to: number, kind: string): Html {
  const x = axis.place(from) * WIDTH;
  const width = Math.max(axis.place(to) * WIDTH - x, 4);
  const isCall = kind === "call";
  const folded = axis.folds
    .filter(({ at, width }) => at * WIDTH < x + WIDTH && (at + width) * WIDTH > x)
    .filter(({ at, width: own }) => at * WIDTH >= x - 1 && (at + own) * WIDTH <= x + width + 1)
    .map(
      (one) =>
        html`<rect class="folded" x="${round(one.at * WIDTH)}" y="7" width="${round(one.width * WIDTH)}" height="2"></rect>`,
    );
  return html`<rect class="${kind}" x="${round(Math.min(x, WIDTH - 4))}" y="${isCall ? 11 : 4}" width="${round(width)}" height="${isCall ? 4 : 8}"></rect>${folded}`;
}

function mark(axis: Axis, at: number, kind: string): Html {
  const x = Math.min(axis.place(at) * WIDTH, WIDTH - 3);
  return html`<rect class="${kind}" x="${round(x)}" y="1" width="3" height="14"></rect>`;
}

function round(units: number): string {
  return units.toFixed(1);
}
