/** A stretch of time, in milliseconds since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
  /** Nothing was done but wait: the axis may fold it. */
  readonly isWait: boolean;
}

/** A stretch of the axis that was made shorter than it was. */
export interface Fold {
  /** Where it stands, from 0 to 1. */
  readonly at: number;
  readonly width: number;
  /** How long it really was. */
  readonly ms: number;
}

/** Maps moments to places on an axis on which long waits take little room. */
export interface Axis {
  /** From 0 to 1; a moment outside is at the end that is nearer. */
  place(at: number): number;
  readonly folds: readonly Fold[];
}

/** What a folded wait takes of the room that the work takes. */
const FOLDED = 0.12;
/** Waits are folded that are longer than this part of the work. */
const LONG = 0.5;

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly width: number;
  readonly isFolded: boolean;
}

/** @param spans - in any order; what lies between them is waiting, too. */
export function createAxis(spans: readonly Span[], from: number, to: number): Axis {
  const pieces = piecesOf(spans, from, Math.max(to, from + 1));
  const total = pieces.reduce((sum, { width }) => sum + width, 0);
  const starts: number[] = [];
  let sum = 0;
  for (const { width } of pieces) {
    starts.push(sum / total);
    sum += width;
  }
  return {
    place(at) {
      const index = pieces.findLastIndex((piece) => piece.from <= at);
      const piece = pieces[index];
      if (piece === undefined) return 0;
      const part = Math.min((at - piece.from) / Math.max(piece.to - piece.from, 1), 1);
      return (starts[index] ?? 0) + (part * piece.width) / total;
    },
    folds: pieces.flatMap((piece, index) =>
      piece.isFolded
        ? [{ at: starts[index] ?? 0, width: piece.width / total, ms: piece.to - piece.from }]
        : [],
    ),
  };
}

function piecesOf(spans: readonly Span[], from: number, to: number): readonly Piece[] {
  const busy = merge(
    spans.filter(({ isWait }) => !isWait),
    from,
    to,
  );
  const gaps: { from: number; to: number; isBusy: boolean }[] = [];
  let at = from;
  for (const span of busy) {
    if (span.from > at) gaps.push({ from: at, to: span.from, isBusy: false });
    gaps.push({ ...span, isBusy: true });
    at = span.to;
  }
  if (at < to) gaps.push({ from: at, to, isBusy: false });
  const work = busy.reduce((sum, span) => sum + span.to - span.from, 0);
  const longest = Math.max(work * LONG, 1);
  return gaps.map((gap) => {
    const ms = gap.to - gap.from;
    // Without any work there is nothing to make room for.
    const isFolded = !gap.isBusy && work > 0 && ms > longest;
    return { from: gap.from, to: gap.to, width: isFolded ? work * FOLDED : ms, isFolded };
  });
}

/** Stretches that do not overlap, in order. */
function merge(
  spans: readonly Span[],
  from: number,
  to: number,
): readonly { readonly from: number; readonly to: number }[] {
  const merged: { from: number; to: number }[] = [];
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const own = {
      from: Math.max(span.from, from),
      to: Math.min(Math.max(span.to, span.from + 1), to),
    };
    const last = merged.at(-1);
    if (own.to <= own.from) continue;
    if (last !== undefined && own.from <= last.to) last.to = Math.max(last.to, own.to);
    else merged.push(own);
  }
  return merged;
}
