import { counted } from "../shared/counted.ts";
import {
  type Diagram,
  type DiagramBody,
  type DiagramEdge,
  type DiagramNode,
  edgeKey,
} from "./diagram.ts";
import type { NodeMark, Overlay, StepState } from "./overlay.ts";

/** How a state is called in pictures and texts. */
const STATE_WORDS: Readonly<Record<StepState, string>> = {
  completed: "done",
  failed: "failed",
  skipped: "skipped",
  running: "running",
  retrying: "tries again",
  waiting: "waiting",
};

/** What a diagram shows, as lines of text: a line for each step with where it leads; those of branches are indented below it. */
export function outline(diagram: Diagram, overlay: Overlay | null = null): readonly string[] {
  const { triggers, root } = diagram;
  const started = triggers.length === 0 ? [] : [`Started by: ${triggers.join(", ")}.`];
  return [...started, ...bodyLines(root, overlay, "")];
}

function bodyLines(body: DiagramBody, overlay: Overlay | null, indent: string): readonly string[] {
  const titles = new Map(body.nodes.map(({ place, title }) => [place, title]));
  const head = body.label === "" ? [] : [`${indent}${body.label}:`];
  return [
    ...head,
    ...body.nodes.flatMap((node, index) => [
      `${indent}${index + 1}. ${nodeLine(node, body, titles, overlay)}`,
      ...node.bodies.flatMap((inner) => bodyLines(inner, overlay, `${indent}    `)),
    ]),
  ];
}

function nodeLine(
  node: DiagramNode,
  body: DiagramBody,
  titles: ReadonlyMap<string, string>,
  overlay: Overlay | null,
): string {
  const { place, title, kind, does, notes } = node;
  const what = [kind, ...(does === "" ? [] : [does]), ...notes].join(", ");
  const ways = body.edges
    .filter(({ from }) => from === place)
    .map((edge) => wayText(edge, titles, overlay));
  const mark = overlay === null ? "" : `; ${markText(overlay.nodes.get(place), overlay)}`;
  return `${title} (${what})${mark}. ${ways.join("; ")}.`;
}

function wayText(
  edge: DiagramEdge,
  titles: ReadonlyMap<string, string>,
  overlay: Overlay | null,
): string {
  const { from, to, labels, kind } = edge;
  const target = to === null ? "end" : (titles.get(to) ?? to);
  const when = labels.length === 0 ? "Then:" : `${labels.join(", ")}:`;
  const count = overlay?.edges.get(edgeKey(from, to, kind === "failure")) ?? 0;
  const taken = count === 0 ? "" : ` (taken ${counted(count, "time")})`;
  return `${when} ${target}${taken}`;
}

/** What runs did at a step, in words. */
export function markText(mark: NodeMark | undefined, { of }: Pick<Overlay, "of">): string {
  if (mark === undefined) return "not reached";
  const { entries, failed, state } = mark;
  const times = entries > 1 ? `${entries}×` : "";
  if (of === "run") return [STATE_WORDS[state], times].filter((part) => part !== "").join(" ");
  return failed === 0 ? `${entries}×` : `${entries}×, ${failed} failed`;
}
