import { parseAccept } from "hono/utils/accept";
import { type DiagramBody, type DiagramEdge, edgeKey } from "../../diagrams/diagram.ts";
import { toMermaid } from "../../diagrams/mermaid.ts";
import { outline } from "../../diagrams/outline.ts";
import type { Overlay } from "../../diagrams/overlay.ts";
import { toPng } from "../../diagrams/png.ts";
import { isDrawable, MAX_STEPS, toSvg } from "../../diagrams/svg.ts";
import type { ThemeName } from "../../diagrams/theme.ts";
import type { Engine } from "../../engine/api/engine.ts";
import { AppError } from "../../shared/errors.ts";
import { type Json, toJson } from "../../shared/json.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import {
  GRAPH_FORMATS,
  GRAPH_MEDIA,
  type GraphFormat,
  graphEndpoints,
} from "../endpoints/graphs.ts";
import { type Graph, readExecutionGraph, readWorkflowGraph } from "../graphs.ts";
import { type Route, route } from "../http/route.ts";

/** Diagrams of workflows and runs. */
export function graphRoutes(engine: Engine): readonly Route[] {
  return [
    route(graphEndpoints.getWorkflowGraph)(async ({ params: { id }, query }, { by, headers }) => {
      const { version, runs, theme } = query;
      const graph = await readWorkflowGraph(
        engine,
        { id, runs, ...omitUndefined({ version }) },
        by,
      );
      return show(graph, query.format ?? preferred(headers.accept), theme);
    }),
    route(graphEndpoints.getExecutionGraph)(async ({ params: { id }, query }, { by, headers }) => {
      const graph = await readExecutionGraph(engine, id, by);
      return show(graph, query.format ?? preferred(headers.accept), query.theme);
    }),
  ];
}

/** The form that a client likes best; JSON if it takes anything. */
function preferred(accept: string | undefined): GraphFormat {
  const liked = parseAccept(accept ?? "").toSorted((a, b) => b.q - a.q);
  for (const { type, q } of liked) {
    if (q === 0) continue;
    if (type === "*/*" || type === "application/*") return "json";
    if (type === "image/*") return "svg";
    const format = GRAPH_FORMATS.find((one) => GRAPH_MEDIA[one] === type.toLowerCase());
    if (format !== undefined) return format;
  }
  return "json";
}

async function show(graph: Graph, format: GraphFormat, theme: ThemeName) {
  const { diagram, overlay, version } = graph;
  switch (format) {
    case "json":
      return {
        body: {
          ...{ ...diagram, version, root: withMarks(diagram.root, overlay) },
          ...(overlay && { runs: overlay.runs }),
          text: outline(diagram, overlay),
        },
      };
    case "mermaid":
      return { text: toMermaid(diagram), contentType: `${GRAPH_MEDIA.mermaid}; charset=utf-8` };
    case "svg":
      return { text: draw(graph, theme), contentType: `${GRAPH_MEDIA.svg}; charset=utf-8` };
    case "png": {
      const png = await toPng(draw(graph, theme));
      if (png === null) throw tooLarge("In a picture of this size nothing could be read.");
      return { bytes: png, contentType: GRAPH_MEDIA.png };
    }
  }
}

function draw({ diagram, overlay }: Graph, theme: ThemeName): string {
  if (!isDrawable(diagram))
    throw tooLarge(`It has ${diagram.steps} steps, and a picture has ${MAX_STEPS} at most.`);
  return toSvg(diagram, { theme, overlay });
}

function tooLarge(why: string): AppError {
  const message = `The diagram is too large to be drawn. ${why} Ask for "format=mermaid" or "format=json", which have all of it.`;
  return new AppError({ code: "limit_exceeded", message });
}

/** A body with what runs did, in its branches, too. */
function withMarks({ id, label, nodes, edges }: DiagramBody, overlay: Overlay | null) {
  return {
    ...{ id, label },
    nodes: nodes.map((node) => {
      const mark = overlay?.nodes.get(node.place);
      const bodies: readonly Json[] = node.bodies.map((inner) => toJson(withMarks(inner, overlay)));
      return { ...node, bodies, ...(mark && { mark }) };
    }),
    edges: edges.map((edge) => ({ ...edge, ...(overlay && { taken: takenOf(edge, overlay) }) })),
  };
}

function takenOf({ from, to, kind }: DiagramEdge, { edges }: Overlay): number {
  return edges.get(edgeKey(from, to, kind === "failure")) ?? 0;
}
