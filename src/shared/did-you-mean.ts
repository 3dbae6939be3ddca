/** Longest name that is compared: the cost is the product of both lengths. */
const MAX_LENGTH = 80;
const MAX_NAMES = 2000;

/**
 * The name that was probably meant: the one with the fewest slips (a letter wrong, missing, surplus
 * or two swapped; case is ignored), the first of equals. `null` when for all of them more than a
 * third of the letters would be wrong.
 */
export function nearest(name: string, names: Iterable<string>): string | null {
  if (name.length === 0 || name.length > MAX_LENGTH) return null;
  let best: string | null = null;
  let fewest = Number.POSITIVE_INFINITY;
  let seen = 0;
  for (const candidate of names) {
    seen += 1;
    if (seen > MAX_NAMES) break;
    const most = Math.max(1, Math.floor(Math.max(name.length, candidate.length) / 3));
    if (Math.abs(candidate.length - name.length) > Math.min(most, fewest)) continue;
    const slips = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (slips > most || slips >= fewest) continue;
    best = candidate;
    fewest = slips;
  }
  return best;
}

/** ` Did you mean "x"?`, or nothing. */
export function didYouMean(name: string, names: Iterable<string>): string {
  const near = nearest(name, names);
  return near === null ? "" : ` Did you mean "${near}"?`;
}

/** Edit distance: letters to insert, remove, replace or swap with their neighbor. */
export function editDistance(a: string, b: string): number {
  // One row per letter of `a`: slips between its prefix and each prefix of `b`.
  const rows = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const slips = (row: number, column: number): number => rows[row]?.[column] ?? 0;
  for (let row = 1; row <= a.length; row += 1) {
    rows.push([row]);
    for (let column = 1; column <= b.length; column += 1) {
      const differ = a[row - 1] === b[column - 1] ? 0 : 1;
      const ways = [
        slips(row - 1, column - 1) + differ,
        slips(row - 1, column) + 1,
        slips(row, column - 1) + 1,
      ];
      if (isSwap(a, b, row, column)) ways.push(slips(row - 2, column - 2) + 1);
      rows[row]?.push(Math.min(...ways));
    }
  }
  return slips(a.length, b.length);
}

function isSwap(a: string, b: string, row: number, column: number): boolean {
  return row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
}
