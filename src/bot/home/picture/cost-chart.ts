import { NANO_PER_DOLLAR } from "../../../shared/money.ts";
import { type CostSeries, showDay } from "../cost-series.ts";
import { Canvas, type Color } from "./canvas.ts";
import { drawFigures, widthOf } from "./figures.ts";

/** In pixels. Clients show it about half as wide, on screens with small pixels sharp. */
const WIDTH = 1280;
const HEIGHT = 400;
const RIGHT = 50;
const TOP = 24;
const BOTTOM = 56;
const FIGURES = 20;
const GAP = 8;
const LINES = 4;

const INK: Color = [90, 90, 96];
const GRID: Color = [226, 226, 230];
/** In the order of `SERIES_EMOJI`. */
const COLORS: readonly Color[] = [
  [59, 136, 195],
  [244, 144, 12],
  [95, 160, 62],
  [146, 102, 204],
  [253, 203, 88],
  [170, 112, 84],
];

/** Costs by day, each bar in the colors of its workflows. @returns a PNG file; equal costs give equal bytes. */
export function drawCosts({ all, days }: CostSeries): Buffer {
  const canvas = new Canvas(WIDTH, HEIGHT);
  const sums = days.map((_, day) => all.reduce((sum, { days: own }) => sum + (own[day] ?? 0), 0));
  const top = niceCeiling(Math.max(...sums, 1));
  const heightOf = (nano: number): number => (nano / top) * (HEIGHT - TOP - BOTTOM);
  const base = HEIGHT - BOTTOM;
  const labels = Array.from({ length: LINES + 1 }, (_, n) => showDollars((top * n) / LINES));
  const margin = Math.max(...labels.map((label) => widthOf(label, FIGURES))) + 4 * GAP;
  for (const [n, label] of labels.entries()) {
    const y = base - heightOf((top * n) / LINES);
    canvas.fill(margin, y, WIDTH - RIGHT, y + 2, GRID);
    const left = margin - 2 * GAP - widthOf(label, FIGURES);
    drawFigures(canvas, label, [left, y - FIGURES / 2], FIGURES, INK);
  }
  const step = (WIDTH - margin - RIGHT) / days.length;
  for (const [day, start] of days.entries()) {
    const left = margin + day * step;
    let y = base;
    for (const [index, { days: own }] of all.entries()) {
      const next = y - heightOf(own[day] ?? 0);
      canvas.fill(left + GAP / 2, next, left + step - GAP / 2, y, COLORS[index] ?? INK);
      y = next;
    }
    // So that the last day always has one.
    if ((days.length - 1 - day) % 7 === 0) {
      const label = showDay(start).slice(5);
      const center = left + step / 2 - widthOf(label, FIGURES) / 2;
      drawFigures(canvas, label, [center, base + 2 * GAP], FIGURES, INK);
    }
  }
  canvas.fill(margin, base, WIDTH - RIGHT, base + 2, INK);
  return canvas.toPng();
}

/** 1, 2, 4 or 8 times a power of ten: its quarters have few digits. */
function niceCeiling(nano: number): number {
  const power = 10 ** Math.floor(Math.log10(nano));
  return ([1, 2, 4, 8].find((factor) => factor * power >= nano) ?? 10) * power;
}

/** `$0.05`, without needless digits. */
function showDollars(nano: number): string {
  const dollars = nano / NANO_PER_DOLLAR;
  const decimals = dollars === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(dollars)));
  return `$${dollars
    .toFixed(Math.min(decimals, 9))
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/\.$/, "")}`;
}
