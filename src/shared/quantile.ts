/**
 * The quantile by nearest rank: the smallest value that at least `share` of the values do not
 * exceed.
 *
 * @param sorted - values in ascending order.
 * @param share - from 0 to 1.
 * @returns a value of the list; 0 for an empty one.
 */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(Math.ceil(sorted.length * share) - 1, 0)] ?? 0;
}
