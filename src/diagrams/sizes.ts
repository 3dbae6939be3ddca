/** Sizes of fonts, in pixels. */
export const FONT = { title: 14, small: 12 } as const;

/** Line height, in sizes of the font. */
export const LINE = 1.3;

/** Of steps and what stands beside them, in pixels. */
export const NODE = {
  padding: 12,
  minWidth: 120,
  /** Of a line within a step. */
  maxText: 230,
  /** Of a line beside a way. */
  maxLabel: 150,
  /** Room for the state of a step in a run, beside its type. */
  stateText: 96,
  /** Room for a number beside the label of a way. */
  countText: 34,
  /** Across the mark of an end. */
  end: 22,
} as const;

/** Between steps, in pixels. */
export const GAP = { nodesep: 36, edgesep: 18, ranksep: 34 } as const;
