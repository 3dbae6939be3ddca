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
