import type { DiagramBody, DiagramEdge, DiagramNode } from "./diagram.ts";

/** A way and the node of the layout to which it is drawn: a step's place, an end, or a jump. */
export interface DrawnEdge {
  readonly edge: DiagramEdge;
  readonly target: string;
}

/** The ways of a body as they are drawn. */
export interface DividedEdges {
  readonly edges: readonly DrawnEdge[];
  /** Marks that name the step to which a way leads, instead of a line across the picture. */
  readonly jumps: readonly { readonly id: string; readonly to: DiagramNode }[];
  /** Ids of the marks at which the body ends. */
  readonly ends: readonly string[];
}

/** Steps from which a body may end, for all ways to lead to one mark. */
const MAX_COMMON_END = 8;
/**
 * Rows that all lines of a body may cross together. Layout takes time for each row that a line crosses, and people cannot follow lines
 * over many: those that cross most are not drawn.
 */
const MAX_CROSSED = 150;
/** A line that crosses no more rows than this is drawn. */
const ALWAYS_DRAWN = 3;

/** Decides which ways of a body are drawn as lines, and where it ends. Pure. */
export function dividedEdges(body: DiagramBody, isRoot: boolean): DividedEdges {
  const rows = rowsOf(body);
  const byPlace = new Map(body.nodes.map((node) => [node.place, node]));
  const long = new Set(tooLong(body.edges, rows));
  const endings = new Set(body.edges.flatMap(({ from, to }) => (to === null ? [from] : [])));
  const isCommon = endings.size <= MAX_COMMON_END;
  const jumps = new Map<string, DiagramNode>();
  const ends = new Set<string>();
  const edges = body.edges.flatMap((edge): DrawnEdge[] => {
    const { from, to } = edge;
    if (to === null) {
      if (!isRoot && isPlainEnd(body, edge)) return [];
      const end = isCommon ? ":end" : `:end:${from}`;
      ends.add(end);
      return [{ edge, target: end }];
    }
    const node = byPlace.get(to);
    if (node === undefined || !long.has(edge)) return [{ edge, target: to }];
    const id = `:jump:${from}:${to}`;
    jumps.set(id, node);
    return [{ edge, target: id }];
  });
  return { edges, jumps: [...jumps].map(([id, to]) => ({ id, to })), ends: [...ends] };
}

/** A branch that simply ends after its last step needs no mark for that. */
function isPlainEnd(body: DiagramBody, { labels }: DiagramEdge): boolean {
  return labels.length === 0 && body.edges.filter(({ to }) => to === null).length === 1;
}

/** The row of each step: one further down than the lowest step before it, ways back left aside. */
function rowsOf({ nodes, edges }: DiagramBody): ReadonlyMap<string, number> {
  const next = new Map<string, string[]>(nodes.map(({ place }) => [place, []]));
  for (const { from, to } of edges) if (to !== null) next.get(from)?.push(to);
  const order = topological(nodes, next);
  const at = new Map(order.map((place, index) => [place, index]));
  const rows = new Map<string, number>(order.map((place) => [place, 0]));
  for (const place of order)
    for (const to of next.get(place) ?? [])
      if ((at.get(to) ?? 0) > (at.get(place) ?? 0))
        rows.set(to, Math.max(rows.get(to) ?? 0, (rows.get(place) ?? 0) + 1));
  return rows;
}

/** Steps so that each stands before those after it; by depth, without recursion, ways back are what closes a circle. */
function topological(
  nodes: readonly DiagramNode[],
  next: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const seen = new Set<string>();
  const done: string[] = [];
  for (const { place } of nodes) {
    const open: { place: string; index: number }[] = [{ place, index: 0 }];
    if (seen.has(place)) continue;
    seen.add(place);
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const to = next.get(top.place)?.[top.index];
      top.index += 1;
      if (to === undefined) {
        done.push(top.place);
        open.pop();
      } else if (!seen.has(to)) {
        seen.add(to);
        open.push({ place: to, index: 0 });
      }
    }
  }
  return done.toReversed();
}

/** The ways that cross most rows, until the others together cross few enough. */
function tooLong(
  edges: readonly DiagramEdge[],
  rows: ReadonlyMap<string, number>,
): readonly DiagramEdge[] {
  const crossed = (edge: DiagramEdge): number =>
    edge.to === null ? 0 : Math.abs((rows.get(edge.to) ?? 0) - (rows.get(edge.from) ?? 0)) - 1;
  let room = MAX_CROSSED;
  return edges
    .filter((edge) => crossed(edge) > ALWAYS_DRAWN)
    .toSorted((a, b) => crossed(a) - crossed(b))
    .filter((edge) => {
      room -= crossed(edge);
      return room < 0;
    });
}
