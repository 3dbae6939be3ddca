import type { CostLine } from "../../../engine/api/costs.ts";
import { formatDollars } from "../../../shared/money.ts";
import { type Html, html } from "../../pages/html.ts";

/** Units of the drawing: the browser makes it as wide as its place. */
const BAR = 20;
const HEIGHT = 100;

/** Runs of each day as bars, and the same as a table for those who do not see them. @param days - in their order. */
export function runsChart(days: readonly CostLine[]): Html {
  const most = Math.max(1, ...days.map(({ totals }) => sumOf(totals)));
  const bars = days.map(({ totals }, index) => bar(totals, index * BAR, most));
  const [first, last] = [days[0]?.name ?? "", days.at(-1)?.name ?? ""];
  return html`<figure><svg class="chart" viewBox="0 0 ${Math.max(days.length, 1) * BAR} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">${bars}</svg>
<div class="chart-axis quiet"><span>${first}</span><span>at most ${most} a day</span><span>${last}</span></div>
<details class="fold"><summary>As a table</summary><table><thead><tr><th scope="col">Day</th><th scope="col" class="number">Started</th><th scope="col" class="number">Completed</th><th scope="col" class="number">Failed</th><th scope="col" class="number">Cost</th></tr></thead><tbody>
${days.map(({ name, totals }) => html`<tr><th scope="row">${name}</th><td class="number">${totals.started}</td><td class="number">${totals.completed}</td><td class="number">${totals.failed}</td><td class="number">${formatDollars(totals.costNano)}</td></tr>\n`)}</tbody></table></details></figure>`;
}

type Counts = CostLine["totals"];

function sumOf({ completed, failed, cancelled }: Counts): number {
  return completed + failed + cancelled;
}

/** Failures stand at the bottom, where they are compared with each other. */
function bar(totals: Counts, x: number, most: number): Html {
  const parts = [
    { kind: "bad", count: totals.failed },
    { kind: "good", count: totals.completed },
    { kind: "other", count: totals.cancelled },
  ];
  let y = HEIGHT;
  return html`${parts.map(({ kind, count }) => {
    const height = (count / most) * HEIGHT;
    y -= height;
    return count === 0
      ? null
      : html`<rect class="${kind}" x="${x + 2}" y="${y.toFixed(1)}" width="${BAR - 4}" height="${height.toFixed(1)}"></rect>`;
  })}`;
}
