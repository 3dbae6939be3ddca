import type { DiagramNode } from "./diagram.ts";
import { widthOf, wrap } from "./measure.ts";
import { moved } from "./moved.ts";
import type { PlacedBody } from "./placed.ts";
import { FONT, LINE, NODE } from "./sizes.ts";

interface Size {
  readonly width: number;
  readonly height: number;
}

/** A step with its size. */
export interface Sized {
  readonly node: DiagramNode;
  readonly width: number;
  readonly height: number;
  readonly titleLines: readonly string[];
  readonly doesLines: readonly string[];
  /** The step is at 0, 0. */
  readonly bodies: readonly PlacedBody[];
}

/** @param inner - its bodies, each at 0, 0. */
export function sizeNode(node: DiagramNode, inner: readonly PlacedBody[]): Sized {
  const titleLines = wrap(node.title, { width: NODE.maxText, size: FONT.title, lines: 2 });
  const doesLines = [node.does, node.notes.join(", ")].flatMap((text) =>
    wrap(text, { width: NODE.maxText, size: FONT.small, lines: 1 }),
  );
  const text = Math.max(
    ...titleLines.map((line) => widthOf(line, FONT.title)),
    // A mark of its state stands beside the type.
    widthOf(node.kind, FONT.small) + NODE.stateText,
    ...doesLines.map((line) => widthOf(line, FONT.small)),
  );
  const headHeight =
    NODE.padding * 2 +
    FONT.small * LINE +
    titleLines.length * FONT.title * LINE +
    doesLines.length * FONT.small * LINE;
  const bodies = rowsOf(inner);
  const right = Math.max(0, ...bodies.map(({ x, width }) => x + width));
  const bottom = Math.max(0, ...bodies.map(({ y, height }) => y + height));
  const width = Math.max(text + NODE.padding * 2, right + NODE.padding * 2, NODE.minWidth);
  const height = headHeight + (bodies.length === 0 ? 0 : bottom + NODE.padding);
  return {
    ...{ node, titleLines, doesLines, width, height },
    bodies: bodies.map((body) => moved(body, NODE.padding, headHeight)),
  };
}

/** Bodies beside each other, in as many rows as make the whole about as wide as high. */
function rowsOf(bodies: readonly PlacedBody[]): readonly PlacedBody[] {
  const area = bodies.reduce((sum, { width, height }) => sum + width * height, 0);
  const widest = Math.max(0, ...bodies.map(({ width }) => width));
  const limit = Math.max(widest, Math.sqrt(area) * 1.6, 700);
  let [x, y, rowHeight] = [0, 0, 0];
  return bodies.map((body) => {
    if (x > 0 && x + body.width > limit) [x, y, rowHeight] = [0, y + rowHeight + NODE.padding, 0];
    const placed = moved(body, x, y);
    x += body.width + NODE.padding;
    rowHeight = Math.max(rowHeight, body.height);
    return placed;
  });
}

/** The label of a way, in lines. */
export function labelLines(labels: readonly string[]): readonly string[] {
  return wrap(labels.join(", "), { width: NODE.maxLabel, size: FONT.small, lines: 2 });
}

/** What stands where a way leads that is not drawn, in lines. @param before - what comes before the name. */
export function jumpLines(to: DiagramNode | null, before = ""): readonly string[] {
  const name = to === null ? "end" : to.title;
  return wrap(`${before}→ ${name}`, { width: NODE.maxLabel * 1.4, size: FONT.small, lines: 2 });
}

export function jumpSize(lines: readonly string[]): Size {
  return {
    width: Math.max(...lines.map((line) => widthOf(line, FONT.small))) + NODE.padding * 2,
    height: lines.length * FONT.small * LINE + 8,
  };
}

/** Of the mark where the root begins. */
export function startSize(label: string): Size {
  return { width: Math.max(widthOf(label, FONT.small) + 28, 60), height: 28 };
}

/** A body with what frames it: in a branch its head and a margin. @param content - its upper left corner is at 0, 0. */
export function framed(content: Omit<PlacedBody, "x" | "y">): PlacedBody {
  const { body, start, width, height } = content;
  const head = body.label === "" ? 0 : FONT.small * LINE + 4;
  const margin = start === null ? NODE.padding : 0;
  const labelWidth = Math.min(widthOf(body.label, FONT.small), NODE.maxText) + 4;
  const framedBody: PlacedBody = {
    ...content,
    ...{ x: 0, y: 0 },
    width: Math.max(width, labelWidth) + margin * 2,
    height: height + head + margin * 2,
  };
  return moved(framedBody, margin, margin + head, true);
}
