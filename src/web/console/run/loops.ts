import type { ExecutionView, StepView } from "../../../engine/api/executions.ts";
import { counted } from "../../../shared/counted.ts";
import { formatDuration } from "../../../shared/duration.ts";
import { type Html, html } from "../../pages/html.ts";
import { line, stepStatus } from "../words.ts";
import { fold, inLine, value } from "./values.ts";

/** Items of one loop that are shown. */
const MOST_ITEMS = 100;

/** The innermost loop, and the item, in which an entry of a step stands: `notify#1` and `3` of `notify#1/3/send#1`. */
function placeOf(path: string): { readonly loop: string; readonly item: number } | null {
  const segments = path.split("/");
  const at = segments.findLastIndex((segment) => /^\d+$/.test(segment));
  if (at < 0) return null;
  return { loop: segments.slice(0, at).join("/"), item: Number(segments[at]) };
}

/** The loop in which an entry stands; `null`: in none. */
export function loopOf(path: string): string | null {
  return placeOf(path)?.loop ?? null;
}

interface Item {
  readonly index: number;
  readonly steps: StepView[];
}

/** The loops of a run, each as a table of its items: those that failed first. */
export function loopsSection({ steps }: ExecutionView): Html | null {
  const loops = new Map<string, Map<number, Item>>();
  for (const step of steps) {
    const place = placeOf(step.path);
    if (place === null) continue;
    const items = loops.get(place.loop) ?? new Map<number, Item>();
    const item = items.get(place.item) ?? { index: place.item, steps: [] };
    item.steps.push(step);
    loops.set(place.loop, items.set(place.item, item));
  }
  if (loops.size === 0) return null;
  return html`<section><h2>Loops</h2><div class="stack">${[...loops].map(([path, items]) => loop(path, [...items.values()]))}</div></section>`;
}

function loop(path: string, items: readonly Item[]): Html {
  const failed = items.filter(isFailed);
  const ordered = [...failed, ...items.filter((item) => !isFailed(item))];
  const more = ordered.length - MOST_ITEMS;
  return html`<div><div class="section-head"><h3>${line(path, 80)}</h3><p class="quiet">${counted(items.length, "item")}, ${failed.length} failed</p></div>
<table class="rows"><caption class="hidden-text">Items of ${path}, those that failed first</caption>
<thead><tr><th scope="col" class="number">Item</th><th scope="col">State</th><th scope="col">Steps</th><th scope="col">Output of the last</th><th scope="col" class="number">Took</th></tr></thead>
<tbody>
${ordered.slice(0, MOST_ITEMS).map(itemRow)}</tbody></table>
${more > 0 ? html`<p class="quiet">And ${counted(more, "item")} more, none of which failed.</p>` : null}</div>`;
}

function itemRow(item: Item): Html {
  const { index, steps } = item;
  const last = steps.at(-1);
  const from = Math.min(...steps.map(({ startedAt }) => Date.parse(startedAt)));
  const to = Math.max(...steps.map(({ completedAt }) => Date.parse(completedAt)));
  const output = last?.output ?? null;
  return html`<tr><th scope="row" class="number">${index + 1}</th><td>${stepStatus(isFailed(item) ? "failed" : "completed")}</td><td class="wide">${steps.map(({ stepId, status }) => html`<span class="tag${status === "failed" ? " bad" : ""}">${line(stepId, 40)}${status === "failed" ? " failed" : null}</span> `)}</td><td class="wide">${fold(html`${line(inLine(output), 80)}`, value(output))}</td><td class="number" data-label="Took">${formatDuration(to - from)}</td></tr>
`;
}

function isFailed({ steps }: Item): boolean {
  return steps.some(({ status }) => status === "failed");
}
