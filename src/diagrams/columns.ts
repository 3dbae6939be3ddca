import type { DiagramBody, DiagramEdge } from "./diagram.ts";
import { moved } from "./moved.ts";
import type { PlacedBody, PlacedEdge, PlacedJump, PlacedNode, Point } from "./placed.ts";
import { framed, jumpLines, jumpSize, labelLines, type Sized, startSize } from "./sized.ts";
import { GAP, NODE } from "./sizes.ts";

/** Steps in one column. */
const COLUMN_STEPS = 25;
const ROW_GAP = GAP.ranksep * 1.4;

interface Content {
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
  readonly jumps: readonly PlacedJump[];
  readonly width: number;
  readonly height: number;
}

/**
 * Places the steps of a large body in columns, in the order of the definition. A line is drawn to the step below; beside a step stand
 * the names of all others that can follow it. Takes time in proportion to their number.
 */
export function placeInColumns(
  body: DiagramBody,
  sized: readonly Sized[],
  startLabel: string | null,
): PlacedBody {
  const start = startLabel === null ? null : startSize(startLabel);
  const top = start === null ? 0 : start.height + GAP.ranksep;
  const ways = Map.groupBy(body.edges, ({ from }) => from);
  const columns: Content[] = [];
  let x = 0;
  for (let index = 0; index < sized.length; index += COLUMN_STEPS) {
    const column = placeColumn(sized.slice(index, index + COLUMN_STEPS), { x, top, ways, body });
    columns.push(column);
    x += column.width + GAP.nodesep * 2;
  }
  const [first] = columns[0]?.nodes ?? [];
  const middle = first === undefined ? 0 : first.x + first.width / 2;
  return framed({
    body,
    nodes: columns.flatMap(({ nodes }) => nodes),
    edges: columns.flatMap(({ edges }) => edges),
    jumps: columns.flatMap(({ jumps }) => jumps),
    ends: [],
    start: start === null ? null : { x: middle, y: start.height / 2 },
    entry:
      start === null
        ? []
        : [
            { x: middle, y: start.height },
            { x: middle, y: top },
          ],
    width: x - GAP.nodesep * 2,
    height: Math.max(...columns.map(({ height }) => height)),
  });
}

interface ColumnPlace {
  readonly x: number;
  readonly top: number;
  readonly ways: ReadonlyMap<string, readonly DiagramEdge[]>;
  readonly body: DiagramBody;
}

function placeColumn(sized: readonly Sized[], { x, top, ways, body }: ColumnPlace): Content {
  const byPlace = new Map(body.nodes.map((node) => [node.place, node]));
  const widest = Math.max(...sized.map(({ width }) => width));
  const nodes: PlacedNode[] = [];
  const edges: PlacedEdge[] = [];
  const jumps: PlacedJump[] = [];
  let [y, right] = [top, x + widest];
  sized.forEach((one, index) => {
    const placed = nodeAt(one, x + (widest - one.width) / 2, y);
    nodes.push(placed);
    const below = sized[index + 1]?.node.place;
    let besides = y;
    for (const edge of ways.get(one.node.place) ?? []) {
      if (edge.to !== null && edge.to === below) continue;
      const label = edge.labels.length === 0 ? "" : `${edge.labels.join(", ")} `;
      const lines = jumpLines(edge.to === null ? null : (byPlace.get(edge.to) ?? null), label);
      const size = jumpSize(lines);
      const box = { x: x + widest + GAP.nodesep, y: besides, ...size };
      jumps.push({ to: edge.to === null ? null : (byPlace.get(edge.to) ?? null), lines, ...box });
      edges.push(
        lineBetween(edge, sideOf(placed, box.y), { x: box.x, y: box.y + size.height / 2 }),
      );
      besides += size.height + 6;
      right = Math.max(right, box.x + size.width);
    }
    y = Math.max(y + one.height, besides) + ROW_GAP;
  });
  nodes.forEach((node, index) => {
    const below = nodes[index + 1];
    for (const edge of ways.get(node.node.place) ?? []) {
      if (below === undefined || edge.to !== below.node.place) continue;
      const middle = x + widest / 2;
      const from = { x: middle, y: node.y + node.height };
      edges.push(lineBetween(edge, from, { x: middle, y: below.y }, labelLines(edge.labels)));
    }
  });
  return { nodes, edges, jumps, width: right - x, height: y - ROW_GAP };
}

function nodeAt(sized: Sized, x: number, y: number): PlacedNode {
  return { ...sized, x, y, bodies: sized.bodies.map((inner) => moved(inner, x, y)) };
}

/** Where a line leaves a step to what stands beside it. */
function sideOf({ x, y, width, height }: PlacedNode, at: number): Point {
  return { x: x + width, y: Math.min(at + NODE.padding, y + height - NODE.padding) };
}

function lineBetween(
  edge: DiagramEdge,
  from: Point,
  to: Point,
  lines: readonly string[] = [],
): PlacedEdge {
  const label = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
  return { edge, points: [from, to], label, labelLines: lines };
}
