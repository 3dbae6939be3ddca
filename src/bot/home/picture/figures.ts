import type { Canvas, Color, Point } from "./canvas.ts";

/*
 * Figures as strokes: fonts are not there on every machine, and no other text stands in a picture, which people could neither
 * copy nor have read to them.
 */

/** On a grid of 4 by 6; a stroke is a list of points, x and y in turn. */
const STROKES: Readonly<Record<string, readonly (readonly number[])[]>> = {
  "0": [[1, 0, 3, 0, 4, 1, 4, 5, 3, 6, 1, 6, 0, 5, 0, 1, 1, 0]],
  "1": [[0.8, 1.2, 2, 0, 2, 6]],
  "2": [[0, 1, 1, 0, 3, 0, 4, 1, 4, 2.2, 0, 6, 4, 6]],
  "3": [[0, 0, 4, 0, 2, 2.4, 3, 2.4, 4, 3.4, 4, 5, 3, 6, 1, 6, 0, 5]],
  "4": [[3, 6, 3, 0, 0, 4.2, 4, 4.2]],
  "5": [[3.8, 0, 0.3, 0, 0, 2.6, 1, 2.2, 3, 2.2, 4, 3.2, 4, 5, 3, 6, 1, 6, 0, 5]],
  "6": [[3.4, 0, 1.4, 1.2, 0, 3.4, 0, 5, 1, 6, 3, 6, 4, 5, 4, 3.6, 3, 2.6, 1, 2.6, 0, 3.6]],
  "7": [[0, 0, 4, 0, 1.4, 6]],
  "8": [
    [1, 2.8, 0, 2, 0, 1, 1, 0, 3, 0, 4, 1, 4, 2, 3, 2.8, 1, 2.8],
    [1, 2.8, 0, 3.8, 0, 5, 1, 6, 3, 6, 4, 5, 4, 3.8, 3, 2.8],
  ],
  "9": [[0.6, 6, 2.6, 4.8, 4, 2.6, 4, 1, 3, 0, 1, 0, 0, 1, 0, 2.4, 1, 3.4, 3, 3.4, 4, 2.4]],
  $: [
    [4, 1.3, 3, 0.6, 1, 0.6, 0, 1.4, 0, 2.2, 1, 3, 3, 3, 4, 3.8, 4, 4.6, 3, 5.4, 1, 5.4, 0, 4.7],
    [2, -0.4, 2, 6.4],
  ],
  ".": [[2, 6, 2, 6]],
  "-": [[0.6, 3, 3.4, 3]],
};

const GRID_WIDTH = 4;
const GRID_HEIGHT = 6;
const SPACE = 2.2;
/** Where a point stands in its narrow place. */
const POINT_WIDTH = 1;

function placeOf(figure: string): { readonly width: number; readonly shift: number } {
  const isPoint = figure === ".";
  return isPoint
    ? { width: POINT_WIDTH, shift: (POINT_WIDTH - GRID_WIDTH) / 2 }
    : { width: GRID_WIDTH, shift: 0 };
}

/** How wide the text is, in pixels. */
export function widthOf(text: string, height: number): number {
  let width = 0;
  for (const figure of text) width += placeOf(figure).width + SPACE;
  return (width - SPACE) * (height / GRID_HEIGHT);
}

/** Writes figures, `$`, `.` and `-`; leaves out other characters. @param height - of a figure, in pixels. */
export function drawFigures(
  canvas: Canvas,
  text: string,
  [left, top]: Point,
  height: number,
  color: Color,
): void {
  const scale = height / GRID_HEIGHT;
  let x = left;
  for (const figure of text) {
    const { width, shift } = placeOf(figure);
    const start = x + shift * scale;
    const at = (stroke: readonly number[], n: number): Point => [
      start + (stroke[n] ?? 0) * scale,
      top + (stroke[n + 1] ?? 0) * scale,
    ];
    for (const stroke of STROKES[figure] ?? [])
      for (let n = 0; n + 3 < stroke.length; n += 2)
        canvas.line(at(stroke, n), at(stroke, n + 2), height / 8, color);
    x += (width + SPACE) * scale;
  }
}
