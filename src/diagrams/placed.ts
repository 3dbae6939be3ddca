import type { DiagramBody, DiagramEdge, DiagramNode } from "./diagram.ts";

/** A point of a picture, in pixels from its upper left corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A rectangle; `x` and `y` are its upper left corner. Pixels, as everywhere in a picture. */
export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

/** A step with its place in the picture, and the bodies within. */
export interface PlacedNode extends Box {
  readonly node: DiagramNode;
  readonly titleLines: readonly string[];
  /** Under the title. */
  readonly doesLines: readonly string[];
  readonly bodies: readonly PlacedBody[];
}

/** A way with the points through which it is drawn, and the middle of its label. */
export interface PlacedEdge {
  readonly edge: DiagramEdge;
  readonly points: readonly Point[];
  readonly label: Point | null;
  readonly labelLines: readonly string[];
}

/** Where a way leads that would be too long to be drawn: the name of its step stands there. */
export interface PlacedJump extends Box {
  /** `null`: to the end of the body. */
  readonly to: DiagramNode | null;
  readonly lines: readonly string[];
}

/** A body with everything in it; positions are those of the whole picture. */
export interface PlacedBody extends Box {
  readonly body: DiagramBody;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
  readonly jumps: readonly PlacedJump[];
  /** Middle of the marks where it ends; one for all ways, or one for each step from which it ends. */
  readonly ends: readonly Point[];
  /** Middle of the mark where it begins, at the root; `null` in a branch. */
  readonly start: Point | null;
  /** The way from there to the first step. */
  readonly entry: readonly Point[];
}
