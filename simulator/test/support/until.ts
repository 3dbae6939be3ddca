/** How long something may take on a busy machine before the test says that it does not happen. */
const PATIENCE_MS = 30_000;

/** Pause between two polls: short, but long enough to leave the processor to the process under test. */
const PAUSE_MS = 10;

/** Polls until there is something. For what other processes and real connections do; a clock of ours is moved instead. */
export async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end; ) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  throw new Error(`It did not happen within ${PATIENCE_MS / 1000} s.`);
}
