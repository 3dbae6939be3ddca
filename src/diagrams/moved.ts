import type { PlacedBody, Point } from "./placed.ts";

/** A body and all in it, moved. @param keepsBox - its own box stays where it is. */
export function moved(body: PlacedBody, dx: number, dy: number, keepsBox = false): PlacedBody {
  const shift = <At extends Point>(at: At): At => ({ ...at, x: at.x + dx, y: at.y + dy });
  return {
    ...(keepsBox ? body : shift(body)),
    nodes: body.nodes.map((node) => ({
      ...shift(node),
      bodies: node.bodies.map((inner) => moved(inner, dx, dy)),
    })),
    edges: body.edges.map((edge) => ({
      ...edge,
      points: edge.points.map(shift),
      label: edge.label && shift(edge.label),
    })),
    jumps: body.jumps.map(shift),
    ends: body.ends.map(shift),
    start: body.start && shift(body.start),
    entry: body.entry.map(shift),
  };
}
