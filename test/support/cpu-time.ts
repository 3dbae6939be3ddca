/**
 * How long the processor worked on something, in milliseconds. For tests that something ends at all, or not after minutes: what
 * other processes do meanwhile does not count, unlike by the clock.
 */
export function cpuTime(run: () => unknown): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** The same for something that takes several turns, with what it gives: nothing else may be under way in the process. */
export async function cpuTimeOf<Result>(
  run: () => Promise<Result>,
): Promise<{ readonly spent: number; readonly result: Result }> {
  const before = process.cpuUsage();
  const result = await run();
  const { user, system } = process.cpuUsage(before);
  return { spent: (user + system) / 1000, result };
}
