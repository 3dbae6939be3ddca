import { keepDirection } from "../shared/direction.ts";
import { shorten } from "../shared/shorten.ts";
import { type Diagram, edgeKey } from "./diagram.ts";
import { placeBody } from "./layout.ts";
import { widthOf, wrap } from "./measure.ts";
import { markText, outline } from "./outline.ts";
import type { Overlay } from "./overlay.ts";
import { arrowHead, roundedPath } from "./paths.ts";
import type { PlacedBody, PlacedEdge, PlacedJump, PlacedNode, Point } from "./placed.ts";
import { startSize } from "./sized.ts";
import { FONT, LINE, NODE } from "./sizes.ts";
import { THEMES, type Theme, type ThemeName } from "./theme.ts";

export interface PictureOptions {
  /** @default "light" */
  readonly theme?: ThemeName;
  /** What runs did. @default nothing of runs is shown */
  readonly overlay?: Overlay | null;
  /** Begins the ids within, which have to be unique in a page. @default "diagram" */
  readonly idPrefix?: string;
}

/** Steps of a diagram that can be drawn. Text has them all. */
export const MAX_STEPS = 500;

/** Characters of the text alternative within the picture. */
const MAX_DESCRIPTION = 8000;
const MARGIN = 16;

/** Whether a picture can be drawn of a diagram; else there is text (`outline`, `toMermaid`). */
export function isDrawable({ steps }: Diagram): boolean {
  return steps <= MAX_STEPS;
}

/**
 * A diagram as SVG that needs nothing from outside: no fonts, styles or scripts. Each kind of part has a class, for pages that have
 * colors of their own. The same diagram gives the same text.
 *
 * @throws {Error} for a diagram that is not drawable.
 */
export function toSvg(diagram: Diagram, options: PictureOptions = {}): string {
  if (!isDrawable(diagram)) throw new Error(`A diagram of ${diagram.steps} steps is not drawn.`);
  const { theme = "light", overlay = null, idPrefix = "diagram" } = options;
  const drawing: Drawing = { theme: THEMES[theme], overlay };
  const startLabel = diagram.triggers.join(", ") || "start";
  const root = placeBody(diagram.root, startLabel);
  const [width, height] = [root.width, root.height].map((size) => Math.ceil(size + MARGIN * 2));
  const description = shorten(outline(diagram, overlay).join("\n"), MAX_DESCRIPTION);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${-MARGIN} ${-MARGIN} ${width} ${height}" role="img" aria-labelledby="${idPrefix}-title ${idPrefix}-desc" class="diagram-picture" font-family="system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'DejaVu Sans', Arial, sans-serif">`,
    `<title id="${idPrefix}-title">${escape(`Diagram of ${diagram.name}`)}</title>`,
    `<desc id="${idPrefix}-desc">${escape(description)}</desc>`,
    `<rect class="diagram-page" x="${-MARGIN}" y="${-MARGIN}" width="${width}" height="${height}" fill="${drawing.theme.page}"/>`,
    ...drawStart(root, startLabel, drawing),
    ...drawBody(root, drawing),
    "</svg>",
  ].join("\n");
}

interface Drawing {
  readonly theme: Theme;
  readonly overlay: Overlay | null;
}

function drawStart(
  { start, entry }: PlacedBody,
  label: string,
  { theme, overlay }: Drawing,
): readonly string[] {
  if (start === null) return [];
  const { width, height } = startSize(label);
  return [
    ...drawWay(entry, {
      color: theme.edges.route,
      dash: "",
      isTaken: (overlay?.runs ?? 0) > 0,
      kind: "route",
    }),
    `<rect class="diagram-box" x="${n(start.x - width / 2)}" y="${n(start.y - height / 2)}" width="${n(width)}" height="${height}" rx="14" fill="${theme.box}" stroke="${theme.line}"/>`,
    textAt(
      label,
      { x: start.x, y: start.y + FONT.small * 0.36 },
      { size: FONT.small, color: theme.text, anchor: "middle", kind: "text" },
    ),
  ];
}

function drawBody(body: PlacedBody, drawing: Drawing): readonly string[] {
  const { theme } = drawing;
  const isInner = body.start === null;
  const frame = `<rect class="diagram-inner" x="${n(body.x)}" y="${n(body.y)}" width="${n(body.width)}" height="${n(body.height)}" rx="6" fill="${theme.inner}" stroke="${theme.line}" stroke-dasharray="4 3"/>`;
  const labelAt = { x: body.x + NODE.padding, y: body.y + NODE.padding + FONT.small * 0.8 };
  const width = body.width - NODE.padding * 2;
  const [label = ""] = wrap(body.body.label, { width, size: FONT.small, lines: 1 });
  return [
    ...(isInner ? [frame] : []),
    ...(label === ""
      ? []
      : [
          textAt(label, labelAt, {
            size: FONT.small,
            color: theme.faint,
            anchor: "start",
            kind: "faint",
          }),
        ]),
    ...body.edges.flatMap((edge) => drawEdge(edge, drawing)),
    ...body.ends.flatMap((at) => drawEnd(at, theme)),
    ...body.jumps.flatMap((jump) => drawJump(jump, theme)),
    ...body.nodes.flatMap((node) => drawNode(node, drawing)),
    ...body.edges.flatMap((edge) => drawEdgeLabel(edge, drawing)),
  ];
}

const DASHES = { route: "", failure: "6 4", timeout: "2 4", doubt: "8 3 2 3" } as const;

function takenOf({ edge: { from, to, kind } }: PlacedEdge, { overlay }: Drawing): number {
  return overlay?.edges.get(edgeKey(from, to, kind === "failure")) ?? 0;
}

function drawEdge(placed: PlacedEdge, drawing: Drawing): readonly string[] {
  const { kind } = placed.edge;
  const isTaken = takenOf(placed, drawing) > 0;
  const color = drawing.theme.edges[kind];
  return drawWay(placed.points, { color, dash: DASHES[kind], isTaken, kind });
}

interface WayLook {
  readonly color: string;
  readonly dash: string;
  readonly isTaken: boolean;
  readonly kind: string;
}

function drawWay(
  points: readonly Point[],
  { color, dash, isTaken, kind }: WayLook,
): readonly string[] {
  if (points.length < 2) return [];
  const dashes = dash === "" ? "" : ` stroke-dasharray="${dash}"`;
  const width = isTaken ? 3 : 1.3;
  return [
    `<path class="diagram-way diagram-way-${kind}" d="${roundedPath(points)}" fill="none" stroke="${color}" stroke-width="${width}"${dashes}/>`,
    `<path class="diagram-head diagram-head-${kind}" d="${arrowHead(points, isTaken ? 10 : 8)}" fill="${color}"/>`,
  ];
}

function drawEdgeLabel(placed: PlacedEdge, drawing: Drawing): readonly string[] {
  const { theme, overlay } = drawing;
  const { labelLines, edge } = placed;
  const taken = takenOf(placed, drawing);
  const shown = overlay?.of === "runs" ? taken > 0 : taken > 1;
  const count = shown ? `${taken}×` : "";
  const lines = [...labelLines];
  const last = lines.pop();
  const texts = [...lines, [last ?? "", count].filter((part) => part !== "").join(" · ")];
  const at = placed.label ?? middleOfWay(placed.points);
  if (at === null || texts.join("") === "") return [];
  const width = Math.max(...texts.map((text) => widthOf(text, FONT.small))) + 6;
  const height = texts.length * FONT.small * LINE + 2;
  const color = theme.edges[edge.kind];
  return [
    `<rect class="diagram-page" x="${n(at.x - width / 2)}" y="${n(at.y - height / 2)}" width="${n(width)}" height="${n(height)}" rx="3" fill="${theme.page}" fill-opacity="0.9"/>`,
    ...texts.map((text, index) =>
      textAt(
        text,
        { x: at.x, y: at.y - height / 2 + (index + 0.8) * FONT.small * LINE },
        { size: FONT.small, color, anchor: "middle", kind: `way-${edge.kind}`, bold: taken > 0 },
      ),
    ),
  ];
}

function middleOfWay(points: readonly Point[]): Point | null {
  return points[Math.floor(points.length / 2)] ?? null;
}

function drawEnd({ x, y }: Point, theme: Theme): readonly string[] {
  const radius = NODE.end / 2;
  return [
    `<circle class="diagram-end" cx="${n(x)}" cy="${n(y)}" r="${radius - 1}" fill="${theme.page}" stroke="${theme.text}" stroke-width="1.5"/>`,
    `<circle class="diagram-dot" cx="${n(x)}" cy="${n(y)}" r="${radius - 5}" fill="${theme.text}"/>`,
  ];
}

function drawJump({ x, y, width, height, lines }: PlacedJump, theme: Theme): readonly string[] {
  return [
    `<rect class="diagram-inner" x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" rx="${n(height / 2)}" fill="${theme.inner}" stroke="${theme.line}" stroke-dasharray="2 3"/>`,
    ...lines.map((line, index) =>
      textAt(
        line,
        { x: x + width / 2, y: y + 4 + (index + 0.8) * FONT.small * LINE },
        { size: FONT.small, color: theme.faint, anchor: "middle", kind: "faint" },
      ),
    ),
  ];
}

const SIGNS = {
  completed: "✓",
  failed: "✕",
  skipped: "»",
  running: "▸",
  retrying: "↻",
  waiting: "…",
} as const;

function drawNode(placed: PlacedNode, drawing: Drawing): readonly string[] {
  const { node, x, y, width, height, bodies } = placed;
  const { theme, overlay } = drawing;
  const mark = overlay?.nodes.get(node.place);
  const border =
    mark === undefined || overlay?.of === "runs" ? theme.line : theme.states[mark.state];
  const dash = overlay === null || mark !== undefined ? "" : ' stroke-dasharray="5 4"';
  const type = classOf(node.type);
  const box = `width="${n(width)}" height="${n(height)}" rx="6" fill="${theme.box}" stroke="${border}"`;
  return [
    `<g class="diagram-step" data-place="${escape(node.place)}">`,
    `<title>${escape(`${node.title} (${node.kind})`)}</title>`,
    `<rect class="diagram-box" x="${n(x)}" y="${n(y)}" ${box} stroke-width="${mark === undefined ? 1.2 : 2}"${dash}/>`,
    `<rect class="diagram-type-${type}" x="${n(x)}" y="${n(y + 6)}" width="4" height="${n(height - 12)}" fill="${theme.types[node.type] ?? theme.faint}"/>`,
    ...drawStepTexts(placed, drawing),
    ...bodies.flatMap((body) => drawBody(body, drawing)),
    "</g>",
  ];
}

function drawStepTexts(placed: PlacedNode, { theme, overlay }: Drawing): readonly string[] {
  const { node, x, y, titleLines, doesLines } = placed;
  const mark = overlay?.nodes.get(node.place);
  const isReached = overlay === null || mark !== undefined;
  const left = x + NODE.padding;
  let line = y + NODE.padding + FONT.small * 0.9;
  const accent = theme.types[node.type] ?? theme.faint;
  const small = { size: FONT.small, anchor: "start" } as const;
  const head = { ...small, color: accent, kind: `type-${classOf(node.type)}` };
  const parts = [textAt(node.kind, { x: left, y: line }, head)];
  if (overlay !== null) parts.push(drawState(placed, line, { theme, overlay }));
  const title = isReached
    ? ({ color: theme.text, kind: "text" } as const)
    : ({ color: theme.faint, kind: "faint" } as const);
  for (const text of titleLines) {
    line += FONT.title * LINE;
    const look = { ...title, size: FONT.title, anchor: "start", bold: true } as const;
    parts.push(textAt(text, { x: left, y: line }, look));
  }
  for (const text of doesLines) {
    line += FONT.small * LINE;
    parts.push(textAt(text, { x: left, y: line }, { ...small, color: theme.faint, kind: "faint" }));
  }
  return parts;
}

/** What runs did at a step, at the right of its first line. */
function drawState(
  { node, x, width }: PlacedNode,
  y: number,
  { theme, overlay }: Drawing & { readonly overlay: Overlay },
): string {
  const mark = overlay.nodes.get(node.place);
  const sign = mark === undefined || overlay.of === "runs" ? "" : `${SIGNS[mark.state]} `;
  const at = { x: x + width - NODE.padding, y };
  return textAt(`${sign}${markText(mark, overlay)}`, at, {
    size: FONT.small,
    color: mark === undefined ? theme.faint : theme.states[mark.state],
    anchor: "end",
    kind: `state-${mark?.state ?? "none"}`,
    bold: mark !== undefined,
  });
}

/** Types are words of letters and hyphens; of another release's there may be others. */
function classOf(type: string): string {
  return type.replaceAll(/[^a-z-]/g, "");
}

interface TextLook {
  readonly size: number;
  readonly color: string;
  readonly anchor: "start" | "middle" | "end";
  /** Ends the name of its class. */
  readonly kind: string;
  readonly bold?: boolean;
}

function textAt(text: string, { x, y }: Point, look: TextLook): string {
  const weight = look.bold === true ? ' font-weight="600"' : "";
  const anchor = look.anchor === "start" ? "" : ` text-anchor="${look.anchor}"`;
  return `<text class="diagram-${look.kind}" x="${n(x)}" y="${n(y)}" font-size="${look.size}" fill="${look.color}"${weight}${anchor}>${escape(keepDirection(text))}</text>`;
}

/** A number without needless digits. */
function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escape(text: string): string {
  return text
    .toWellFormed()
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
