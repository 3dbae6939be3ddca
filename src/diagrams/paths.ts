import type { Point } from "./placed.ts";

/** A line through points, its corners rounded, as the `d` of a path. */
export function roundedPath(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (first === undefined) return "";
  const parts = [`M${at(first)}`];
  rest.forEach((point, index) => {
    const next = rest[index + 1];
    if (next === undefined) parts.push(`L${at(point)}`);
    else
      parts.push(
        `L${at(midway(points[index] ?? point, point))}`,
        `Q${at(point)} ${at(midway(point, next))}`,
      );
  });
  return parts.join("");
}

/** The head of an arrow at the last point, as the `d` of a path. @param size - in pixels. */
export function arrowHead(points: readonly Point[], size: number): string {
  const [tip, before] = [points.at(-1), points.at(-2)];
  if (tip === undefined || before === undefined) return "";
  const length = Math.hypot(tip.x - before.x, tip.y - before.y) || 1;
  const [dx, dy] = [(tip.x - before.x) / length, (tip.y - before.y) / length];
  const back = { x: tip.x - dx * size, y: tip.y - dy * size };
  const side = size * 0.45;
  const left = { x: back.x - dy * side, y: back.y + dx * side };
  const right = { x: back.x + dy * side, y: back.y - dx * side };
  return `M${at(tip)}L${at(left)}L${at(right)}Z`;
}

function midway(a: Point, b: Point): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

function at({ x, y }: Point): string {
  return `${Math.round(x * 10) / 10},${Math.round(y * 10) / 10}`;
}
