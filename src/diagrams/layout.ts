import { type EdgeLabel, Graph, type GraphLabel, layout, type NodeLabel } from "@dagrejs/dagre";
import { placeInColumns } from "./columns.ts";
import type { DiagramBody, DiagramEdge, DiagramNode } from "./diagram.ts";
import { dividedEdges } from "./jumps.ts";
import { widthOf } from "./measure.ts";
import { moved } from "./moved.ts";
import type { Box, PlacedBody, PlacedEdge, PlacedNode, Point } from "./placed.ts";
import {
  framed,
  jumpLines,
  jumpSize,
  labelLines,
  type Sized,
  sizeNode,
  startSize,
} from "./sized.ts";
import { FONT, GAP, LINE, NODE } from "./sizes.ts";

/** Steps of a body that are laid out by their ways: it takes more than the square of their number. Beyond, they stand in columns. */
const MAX_LAID_OUT = 60;

/**
 * Places a body and all within; its upper left corner is at 0, 0. The same body always gives the same picture.
 *
 * @param startLabel - what stands in the mark where the root begins; `null`: this is no root.
 */
export function placeBody(body: DiagramBody, startLabel: string | null): PlacedBody {
  const nodes = body.nodes.map((node) =>
    sizeNode(
      node,
      node.bodies.map((inner) => placeBody(inner, null)),
    ),
  );
  return body.nodes.length > MAX_LAID_OUT
    ? placeInColumns(body, nodes, startLabel)
    : placeByWays(body, nodes, startLabel);
}

function placeByWays(
  body: DiagramBody,
  sized: readonly Sized[],
  startLabel: string | null,
): PlacedBody {
  const graph = new Graph<GraphLabel, NodeLabel, EdgeLabel>({ multigraph: true });
  graph.setGraph({ rankdir: "TB", ...GAP });
  const nodes = new Map(sized.map((one) => [one.node.place, one]));
  for (const [place, { width, height }] of nodes) graph.setNode(place, { width, height });
  const isRoot = startLabel !== null;
  const [first] = body.nodes;
  if (isRoot && first !== undefined) {
    graph.setNode(START, startSize(startLabel));
    graph.setEdge(START, first.place, { minlen: 1, weight: 3 });
  }
  const ways = dividedEdges(body, isRoot);
  const jumps = ways.jumps.map((jump) => ({ ...jump, lines: jumpLines(jump.to) }));
  for (const { id, lines } of jumps) graph.setNode(id, jumpSize(lines));
  for (const id of ways.ends) graph.setNode(id, { width: NODE.end, height: NODE.end });
  const labels = ways.edges.map(({ edge }) => labelLines(edge.labels));
  ways.edges.forEach(({ edge, target }, index) => {
    graph.setEdge(edge.from, target, edgeSize(labels[index] ?? [], edge), String(index));
  });
  layout(graph);
  return collect({ body, graph, nodes, jumps, ways, labels });
}

const START = ":start";

function edgeSize(lines: readonly string[], edge: DiagramEdge): EdgeLabel {
  const weight = edge.kind === "route" ? 2 : 1;
  if (lines.length === 0) return { weight, minlen: 1 };
  // Room for a number of runs beside the label.
  const width = Math.max(...lines.map((line) => widthOf(line, FONT.small))) + NODE.countText;
  return { weight, minlen: 1, labelpos: "c", width, height: lines.length * FONT.small * LINE + 4 };
}

interface Laid {
  readonly body: DiagramBody;
  readonly graph: Graph<GraphLabel, NodeLabel, EdgeLabel>;
  readonly nodes: ReadonlyMap<string, Sized>;
  readonly jumps: readonly {
    readonly id: string;
    readonly to: DiagramNode;
    readonly lines: readonly string[];
  }[];
  readonly ways: ReturnType<typeof dividedEdges>;
  readonly labels: readonly (readonly string[])[];
}

/** What dagre found, as boxes and points of ours. */
function collect({ body, graph, nodes, jumps, ways, labels }: Laid): PlacedBody {
  const isRoot = graph.hasNode(START);
  const boxOf = (id: string): Box => toBox(graph.node(id));
  const placedNodes = [...nodes].map(([place, sized]): PlacedNode => {
    const box = boxOf(place);
    const bodies = sized.bodies.map((inner) => moved(inner, box.x, box.y));
    return { ...sized, ...box, bodies };
  });
  const edges = ways.edges.map(({ edge, target }, index): PlacedEdge => {
    const laid = graph.edge(edge.from, target, String(index));
    const lines = labels[index] ?? [];
    const at = lines.length > 0 ? { x: laid.x ?? 0, y: laid.y ?? 0 } : null;
    return { edge, points: laid.points ?? [], label: at, labelLines: lines };
  });
  const entry =
    isRoot && body.nodes[0] ? (graph.edge(START, body.nodes[0].place).points ?? []) : [];
  const { width = 0, height = 0 } = graph.graph();
  return framed({
    ...{ body, nodes: placedNodes, edges, entry, width, height },
    jumps: jumps.map(({ id, to, lines }) => ({ to, lines, ...boxOf(id) })),
    ends: ways.ends.map((id) => middleOf(boxOf(id))),
    start: isRoot ? middleOf(boxOf(START)) : null,
  });
}

function toBox({ x = 0, y = 0, width, height }: NodeLabel): Box {
  return { x: x - width / 2, y: y - height / 2, width, height };
}

function middleOf({ x, y, width, height }: Box): Point {
  return { x: x + width / 2, y: y + height / 2 };
}
