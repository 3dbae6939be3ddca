/**
 * Finds a quantile by nearest rank: a value that occurred, never one in between.
 *
 * @param sorted - in rising order; empty gives 0.
 * @param share - from 0 to 1: `0.95` is the smallest value that 95 % of the values do not exceed.
 */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(Math.ceil(sorted.length * share) - 1, 0)] ?? 0;
}
