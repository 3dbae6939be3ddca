/** Waits so many milliseconds; not at all for fewer than one. For load and chaos runs: a test waits for what happens. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
